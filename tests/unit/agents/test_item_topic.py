"""What a snapshot and the topic tell together."""

import msgspec

from agents.item_topic import merged
from schemas.records import ItemTold
from schemas.topics import CATALOGUE
from streams.catalogue.item import OUT, Item, change_of
from streams.catalogue.items import MAX_CHANGED, Items
from streams.catalogue.table import NO_ITEMS
from streams.intake.messages import SourceRecord
from streams.intake.quality import NO_KEY
from streams.intake.taking import Taken, Taker
from streams.intake.tokens import Tokens
from streams.profiles.user import mark
from tests.making.events import AT
from tests.making.items import item_table

TABLE = item_table({"shoes": Item(AT, price=400, cost=300, stock=5), "socks": Item(AT, stock=1)})


def message(item: str, at: int, **fields: object) -> SourceRecord:
    """A change on ``catalogue``."""
    value = msgspec.json.encode({"item_id": item, "kind": "change", "occurred_at": at} | fields)
    return SourceRecord(0, at, item.encode(), value)


def test_the_topic_stands_over_the_snapshot() -> None:
    """What is older than it, or refused, changes nothing; an item that only the topic tells of is one."""
    told = [
        message("shoes", AT + 5, pieces=0),
        message("shoes", AT - 5, pieces=9),
        message("socks", AT + 5, pieces="many"),
        message("hat", AT + 6, stock="in_stock", pieces=7),
    ]
    assert merged(TABLE, told, AT + 10) == {
        mark("shoes"): Item(AT + 5, price=400, cost=300, stock=OUT),
        mark("socks"): Item(AT, stock=1),
        mark("hat"): Item(AT + 6, stock=7),
    }


def test_a_cut_is_what_a_partition_knows() -> None:
    """Message by message through the same code, but without the bound on changes."""
    told = [message(f"i{number % 4}", AT + number % 3, pieces=number) for number in range(20)]
    items = Items({}, TABLE)
    for record in told:
        taken = Taker(Tokens(NO_KEY)).take(CATALOGUE, record.value or b"", (), record.timestamp)
        assert isinstance(taken, Taken)
        assert isinstance(taken.body, ItemTold)
        items.tell(mark(taken.body.item), change_of(taken.body))
    found = merged(TABLE, told, AT + 10)
    assert {own: items.get(own) for own in found} == found
    assert len(merged(NO_ITEMS, [message(f"i{n}", AT, pieces=1) for n in range(MAX_CHANGED + 9)], AT)) > MAX_CHANGED
