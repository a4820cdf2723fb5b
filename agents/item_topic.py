"""The items as they stand: the snapshot in force, and over it what the topic ``catalogue`` still tells."""

from collections.abc import Iterable

from confluent_kafka import Message

from agents.control import read_held
from agents.errors import Refused
from agents.reading_back import read_partition, read_topic
from agents.settings import Settings
from schemas.codec import decode_msgpack
from schemas.models import ModelSnapshot
from schemas.records import ItemTold
from schemas.topics import CATALOGUE, MODELS
from streams.catalogue.item import Item, change_of
from streams.catalogue.items import Items
from streams.catalogue.table import MAX_ITEMS, NAME, NO_ITEMS, ItemTable
from streams.folding import Refusal
from streams.intake.messages import SourceRecord
from streams.intake.quality import NO_KEY
from streams.intake.taking import Taken, Taker
from streams.intake.tokens import Tokens
from streams.models.snapshots import verify
from streams.profiles.user import mark

MOST_READ = 2_000_000
"""Newest messages of the topic that are looked at."""


def present_items(settings: Settings, now_ms: int) -> dict[int, Item]:
    """All items by mark.

    Raises:
        BrokerNotReady: no broker, or no such topic.
        Refused: the snapshot in force is damaged.

    """
    version = read_held(settings).items
    messages = read_partition(settings, MODELS, 0) if version else ()
    return merged(_table(messages, version), map(_record, read_topic(settings, CATALOGUE, MOST_READ)), now_ms)


def merged(table: ItemTable, told: Iterable[SourceRecord], now_ms: int) -> dict[int, Item]:
    """The items of a snapshot with what messages of ``catalogue`` tell, as ``intake`` and ``decide`` take them."""
    taker = Taker(Tokens(NO_KEY))
    items = Items({}, table, most=MAX_ITEMS)
    marks = dict.fromkeys(table.marks())
    for record in told:
        arrival = record.timestamp if 0 < record.timestamp <= now_ms else now_ms
        taken = taker.take(CATALOGUE, record.value or b"", record.headers, arrival)
        if isinstance(taken, Taken) and isinstance(taken.body, ItemTold):
            own = mark(taken.body.item)
            items.tell(own, change_of(taken.body))
            marks[own] = None
    return {own: item for own in marks if (item := items.get(own)) is not None}


def _table(messages: Iterable[Message], version: int) -> ItemTable:
    """The snapshot of that version; none where there is none."""
    key = f"{NAME}@{version}".encode()
    values = [value for message in messages if message.key() == key and (value := message.value()) is not None]
    if not values:
        return NO_ITEMS
    snapshot = decode_msgpack(values[-1], ModelSnapshot)
    try:
        verify(snapshot)
        return ItemTable.from_snapshot(snapshot)
    except Refusal as refusal:
        raise Refused(str(refusal)) from refusal


def _record(message: Message) -> SourceRecord:
    return SourceRecord(message.offset() or 0, message.timestamp()[1], message.key(), message.value())
