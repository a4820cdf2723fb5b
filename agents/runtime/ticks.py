"""Time is a record: an idle partition's owner appends a tick when a timer is due."""

from schemas.codec import encode_msgpack
from schemas.origins import Origin
from schemas.records import Record, Ticked
from streams.folding import Output

PACE_MS = 1000
"""An idle partition gets at most one tick in this time."""


class Ticker:
    """Decides when to tick; ``busy`` and ``tick`` are told the wall time in ms."""

    def __init__(self, topic: str, partition: int) -> None:
        self._topic = topic
        self._partition = partition
        self._last = 0

    def busy(self, now: int) -> None:
        """A record was folded: time passes without ticks."""
        self._last = now

    def tick(self, now: int, due: int | None) -> Output | None:
        """The record to append to the log, if a timer is due and the partition idle."""
        if due is None or now < due or 0 <= now - self._last < PACE_MS:
            return None
        self._last = now
        origin = Origin(f"tick/{self._topic}", self._partition, now, 0)
        return Output(self._topic, b"", encode_msgpack(Record(origin, now, "", Ticked())), ())
