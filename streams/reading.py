"""A record of the topic that a fold reads, or its dead letter."""

from typing import TypeVar

import msgspec

from schemas.codec import decode_msgpack
from schemas.dead_letters import DeadLetter
from schemas.origins import Origin
from schemas.topics import DEAD_LETTERS
from streams.folding import LogRecord, Output
from streams.ledger import Ledger
from streams.outputs import Writer

T = TypeVar("T", bound=msgspec.Struct)


def read(record: LogRecord, topic: str, kind: type[T], ledger: Ledger, outputs: list[Output]) -> T | None:
    """The message of a record; of foreign bytes None, with a dead letter among ``outputs``."""
    try:
        return decode_msgpack(record.value, kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        ledger.count(f"dead_letters_total|{topic}|poison")
        letter = DeadLetter(
            reason="poison",
            field="",
            message=f"{type(error).__name__}: {error}",
            origin=Origin(topic, 0, record.offset),
            at=record.timestamp,
            key=record.key or b"",
            value=record.value,
        )
        writer = Writer(topic, 0)
        writer.begin(outputs, "", record.offset)
        writer.put(DEAD_LETTERS, letter.origin.text, letter, event="dead-letter", event_id=letter.origin.text)
        return None
