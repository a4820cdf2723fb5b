"""The operator's hand on ``control``: which campaigns hold and how the log was opened; the next record there."""

import time
from typing import NamedTuple

import msgspec
from confluent_kafka import KafkaError, KafkaException, Message

from agents.access import explained
from agents.clients import producer
from agents.errors import BrokerNotReady
from agents.reading_back import read_partition
from agents.rights import Right
from agents.settings import Settings
from schemas.codec import decode_record, encode_msgpack
from schemas.origins import Origin
from schemas.records import CampaignsActivated, InputsBound, LogOpened, ModelActivated, Record
from schemas.topics import CONTROL
from streams.catalogue.table import NAME as ITEMS

OPERATOR = "operator"
CAMPAIGNS_KEY = b"campaigns"
OPENING_KEY = b"log"
INPUTS_KEY = b"inputs"
SECONDS = 10.0


class Held(NamedTuple):
    """The last set of campaigns on ``control``, the time (ms) of the operator's last record, how the log was opened.

    ``inputs``: which topics feed it; ``items``: the last version of the snapshot of items, 0 for none.
    """

    campaigns: CampaignsActivated
    last: int
    opening: LogOpened | None = None
    inputs: InputsBound = InputsBound({})
    items: int = 0


NOTHING = CampaignsActivated((), (), "", "")


def read_held(settings: Settings) -> Held:
    """What ``control`` says now.

    Raises:
        BrokerNotReady: no broker, or no such topic.

    """
    held = Held(NOTHING, 0)
    for message in read_partition(settings, CONTROL, 0):
        try:
            record = decode_record(message.value() or b"")
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue  # intake has put it into dead-letters
        if record.origin.source == OPERATOR:
            held = held._replace(last=max(held.last, record.origin.offset))
        if isinstance(record.body, CampaignsActivated):
            held = held._replace(campaigns=record.body)
        elif isinstance(record.body, LogOpened):
            held = held._replace(opening=record.body)
        elif isinstance(record.body, InputsBound):
            held = held._replace(inputs=record.body)
        elif isinstance(record.body, ModelActivated) and record.body.name == ITEMS:
            held = held._replace(items=max(held.items, record.body.version))
    return held


def write_campaigns(settings: Settings, campaigns: CampaignsActivated, after: int) -> Record:
    """Put a set on ``control``; its origin is newer than ``after`` (ms) even if the clock went back.

    Raises:
        BrokerNotReady: the broker did not take it within 10 s.

    """
    return _write(settings, CAMPAIGNS_KEY, campaigns, after)


def write_opening(settings: Settings, opening: LogOpened, after: int) -> Record:
    """Put a log's opening on ``control``, which is kept for ever; ``intake`` reads it there and copies it nowhere.

    Raises:
        BrokerNotReady: the broker did not take it within 10 s.

    """
    return _write(settings, OPENING_KEY, opening, after)


def write_inputs(settings: Settings, inputs: InputsBound, after: int) -> Record:
    """Put on ``control`` which topics feed the log, oldest id first; ``intake`` reads it there and copies it nowhere.

    Raises:
        BrokerNotReady: the broker did not take it within 10 s.

    """
    return _write(settings, INPUTS_KEY, inputs, after)


def _write(settings: Settings, key: bytes, body: CampaignsActivated | InputsBound | LogOpened, after: int) -> Record:
    now = time.time_ns() // 1_000_000
    record = Record(Origin(OPERATOR, 0, max(now, after + 1)), now, "", body)
    failed: list[str] = []

    def note(error: KafkaError | None, message: Message) -> None:
        del message
        failed.extend([] if error is None else [explained(settings, error, Right("Write", "topic", CONTROL))])

    # a single record has no gaps; with the guarantee a refusal would be a fatal error, raised into ``note`` itself
    sender = producer(settings, message_timeout_ms=int(SECONDS * 1000), enable_gapless_guarantee=False)
    try:
        sender.produce(settings.topic(CONTROL), value=encode_msgpack(record), key=key, partition=0, on_delivery=note)
        unsent = sender.flush(SECONDS + 1)
    except KafkaException as error:
        raise BrokerNotReady(f"control did not take the record of {key.decode()}: {error.args[0].str()}") from error
    if failed or unsent:
        raise BrokerNotReady(
            f"control did not take the record of {key.decode()}: {failed[0] if failed else 'no answer'}; run it again"
        )
    return record
