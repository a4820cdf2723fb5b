"""What is the same for every fold over one internal topic of one partition, kept in a ledger."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

import msgspec

from schemas.codec import decode_msgpack
from schemas.dead_letters import DeadLetter
from schemas.origins import Origin
from schemas.topics import DEAD_LETTERS
from streams.folding import LogRecord, Output
from streams.ledger import Ledger
from streams.outputs import Writer

T = TypeVar("T", bound=msgspec.Struct)


class TopicFold(ABC, Generic[T]):
    """Reads ``kind`` from ``topic``/0, one after the other (see ``streams.folding.Fold``); there are no timers."""

    topic: ClassVar[str]
    kind: ClassVar[type[msgspec.Struct]]

    @property
    @abstractmethod
    def _ledger(self) -> Ledger:
        """The ledger in the state."""

    @abstractmethod
    def _fold_one(self, message: T, offset: int) -> list[Output]:
        """Take a message, repeats among them, and return what it causes; what it raises comes before any change."""

    @property
    def applied(self) -> int:
        """Offset of the last record in the state; −1 for none."""
        return self._ledger.applied

    def fold(self, records: Sequence[LogRecord], outputs: list[Output]) -> None:
        """Take records in order; see ``Fold.fold``. Foreign bytes become dead letters."""
        for record in records:
            if record.offset <= self.applied:
                continue
            message = self._read(record, outputs)
            if message is not None:
                outputs += self._fold_one(message, record.offset)
            self._ledger.applied = record.offset

    def due(self) -> int | None:
        """Never: no timers."""
        return None

    def counters(self) -> dict[str, int]:
        """Records taken and dropped, by kind."""
        return dict(self._ledger.tallies)

    def _read(self, record: LogRecord, outputs: list[Output]) -> T | None:
        try:
            return decode_msgpack(record.value, self.kind)  # type: ignore[return-value]  # a class variable cannot say T
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._ledger.count(f"dead_letters_total|{self.topic}|poison")
            letter = DeadLetter(
                reason="poison",
                field="",
                message=f"{type(error).__name__}: {error}",
                origin=Origin(self.topic, 0, record.offset),
                at=record.timestamp,
                key=record.key or b"",
                value=record.value,
            )
            writer = Writer(self.topic, 0)
            writer.begin(outputs, "", record.offset)
            writer.put(DEAD_LETTERS, letter.origin.text, letter, event="dead-letter", event_id=letter.origin.text)
            return None
