"""Records that were read and not folded yet, in order, without gaps and without repeats."""

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from enum import Enum

from streams.folding import LogRecord


class Taken(Enum):
    """What became of a batch."""

    QUEUED = "queued"
    FULL = "full"
    GAP = "gap"
    HOLE = "hole"


class Pending:
    """Chunks of at most ``chunk`` records; ``wanted`` is the offset that must come next.

    A batch that does not begin there is a *gap* (a fetch was lost): it is dropped and must be read again; the same
    gap a second time is a *hole* in the log itself. Batches beyond ``most`` records are not taken.
    """

    def __init__(self, chunk: int, most: int) -> None:
        self._chunk = chunk
        self._most = most
        self._chunks: deque[Sequence[LogRecord]] = deque()
        self._gap = (-1, -1)
        self.wanted = 0
        self.size = 0

    def __bool__(self) -> bool:
        return self.size > 0

    @property
    def full(self) -> bool:
        """Whether fetching should pause."""
        return self.size >= self._most

    def put(self, records: Sequence[LogRecord]) -> Taken:
        """Queue what is new of a batch."""
        if records and records[0].offset < self.wanted:
            records = records[bisect_right(records, self.wanted - 1, key=lambda record: record.offset) :]
        if not records:
            return Taken.QUEUED
        if self.full:
            return Taken.FULL
        if records[-1].offset != self.wanted + len(records) - 1:
            gap = (self.wanted, records[-1].offset)
            again, self._gap = gap[0] == self._gap[0], gap
            return Taken.HOLE if again else Taken.GAP
        self._chunks.extend(records[at : at + self._chunk] for at in range(0, len(records), self._chunk))
        self.wanted = records[-1].offset + 1
        self.size += len(records)
        return Taken.QUEUED

    def take(self) -> Sequence[LogRecord]:
        """The next chunk; the queue must not be empty."""
        chunk = self._chunks.popleft()
        self.size -= len(chunk)
        return chunk

    def put_back(self, records: Sequence[LogRecord], applied: int) -> None:
        """The rest of a chunk that was folded up to ``applied`` only."""
        rest = [record for record in records if record.offset > applied]
        if rest:
            self._chunks.appendleft(rest)
            self.size += len(rest)

    def clear(self) -> None:
        """Forget what is queued."""
        self._chunks.clear()
        self.size = 0
