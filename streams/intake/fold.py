"""Input topics and ``control`` → records of the log: what the role ``intake`` does, without a broker.

A run is: ``own`` (which partitions; before that, records are expected in time order and nothing is merged), then
``fold`` for what was read, ``drained`` each time a partition is seen at its end, ``tick`` a few times a second.
All return what to write, in order. ``positions`` says from where to read on after all of it is written.
"""

from collections.abc import Collection, Mapping, Sequence

from schemas.topics import CONTROL, EVENT_SOURCES, HANDOVERS, REDRIVES
from streams.intake.merge import Input, Merge
from streams.intake.messages import IntakeOutput, IntakeSettings, SourceRecord
from streams.intake.preparing import Prepared, Preparer
from streams.intake.watermarks import Watermarks

__all__ = ["IntakeFold", "IntakeOutput", "IntakeSettings", "SourceRecord"]

_INTERVALS = {"arrival": 1_000, "source": 60_000}
_IDLE_INTERVAL = 1_000
"""Wall time (ms) between watermarks of a source log that stands still."""
_UNMERGED = (CONTROL, REDRIVES, HANDOVERS)
"""What has no place in the order of event times: it is written as it comes."""


class IntakeFold:
    """Reads, checks, cleans, tokenises and orders; single-threaded. It keeps counters and, merging, what must wait."""

    def __init__(self, settings: IntakeSettings) -> None:
        self._settings = settings
        self._preparer = preparer = Preparer(settings)
        prepare = (preparer.control, preparer.redriven, preparer.handover)
        self._written_through = dict(zip(_UNMERGED, prepare, strict=True))
        self._by_source = settings.clock == "source"
        self._merge: Merge[Prepared] | None = None
        self._watermarks = Watermarks(settings.watermark_interval or _INTERVALS[settings.clock])
        self._watermarks.own(dict.fromkeys(EVENT_SOURCES, (0,)), dict.fromkeys(EVENT_SOURCES, 1))
        self._positions: dict[Input, int] = {}
        self._owned: set[Input] | None = None
        self._time = 0
        self._told_at = 0

    def own(self, assigned: Mapping[str, Collection[int]], totals: Mapping[str, int]) -> None:
        """Serve exactly these partitions from now on; ``totals`` counts the partitions of each event source.

        What was read of others and not written is forgotten: their next owner reads it again.
        """
        self._owned = {(topic, partition) for topic, partitions in assigned.items() for partition in partitions}
        self._positions = {source: at for source, at in self._positions.items() if source in self._owned}
        self._watermarks.own(assigned, totals)
        self._preparer.floods.own(self._owned)
        if self._by_source:
            self._merge = self._merge or Merge(self._settings.settle)
            self._merge.own([source for source in self._owned if source[0] not in _UNMERGED])

    def fold(self, topic: str, partition: int, records: Sequence[SourceRecord], now_ms: int) -> list[IntakeOutput]:
        """What to write after reading ``records`` of one partition, in order of offset, at wall time ``now_ms``."""
        source = (topic, partition)
        if self._owned is not None and source not in self._owned:
            return []
        outputs: list[IntakeOutput] = []
        if topic in _UNMERGED:
            self._write_through(source, records, now_ms, outputs)
        elif self._merge is None:
            self._messages(source, records, now_ms, outputs)
        else:
            for record in records:
                prepared = self._preparer.message(source, record, now_ms)
                self._merge.add(source, prepared.time, prepared)
        self._after(now_ms, outputs)
        return outputs

    def drained(self, topic: str, partition: int, now_ms: int) -> list[IntakeOutput]:
        """What to write now that all the broker has of a partition has been folded, seen at ``now_ms``.

        By arrival this moves the watermark: say it again as long as it stays true, and only when the broker said so.
        """
        source = (topic, partition)
        if not self._by_source:
            self._watermarks.saw(topic, partition, now_ms)
        elif self._merge is not None and self._owned and source in self._owned and topic not in _UNMERGED:
            self._merge.drained(source, now_ms)
        outputs: list[IntakeOutput] = []
        self._after(now_ms, outputs)
        return outputs

    def tick(self, now_ms: int) -> list[IntakeOutput]:
        """What to write because time passed. Without ``own``, ``now_ms`` is the log's time and all up to it is read."""
        outputs: list[IntakeOutput] = []
        if self._owned is None:
            self._time = max(self._time, now_ms)
            self._watermarks.saw_all(now_ms)
            self._tell(now_ms, outputs)
            return outputs
        if not self._by_source:
            self._watermarks.look_at_clock(now_ms)
        self._after(now_ms, outputs)
        if self._merge is not None:
            self._tell_when_idle(self._merge, now_ms, outputs)
        return outputs

    def positions(self) -> dict[Input, int]:
        """Per partition, the offset to read on from: everything under it has been handed out to be written."""
        return dict(self._positions)

    def held(self, topic: str, partition: int) -> int:
        """How many records of a partition wait in the merge: a reader may pause where this grows."""
        return self._merge.held((topic, partition)) if self._merge else 0

    def paused(self, topic: str, partition: int, now_ms: int) -> bool:
        """Whether a partition brings so many dead letters that it is to be left unread for now; see ``Floods``."""
        return self._preparer.floods.paused((topic, partition), now_ms)

    def counters(self) -> dict[str, int]:
        """Totals since start, as ``streams.folding.Fold.counters`` names them."""
        return self._preparer.account.counters()

    def take_ages(self) -> list[tuple[str, int]]:
        """Source and age (ms, when read) of the events since the last call, at most 4,096; none on a source log."""
        ages = self._preparer.account.ages
        taken = list(ages)
        ages.clear()
        return taken

    def _write_through(
        self, source: Input, records: Sequence[SourceRecord], now_ms: int, outputs: list[IntakeOutput]
    ) -> None:
        prepare = self._written_through[source[0]]
        for record in records:
            written_at = self._time if self._by_source else now_ms
            outputs += prepare(source, record, now_ms, written_at).outputs
            self._positions[source] = record.offset + 1

    def _messages(
        self, source: Input, records: Sequence[SourceRecord], now_ms: int, outputs: list[IntakeOutput]
    ) -> None:
        for record in records:
            time, offset, written = self._preparer.message(source, record, now_ms)
            if self._by_source:
                self._pass(time, outputs)
            outputs += written
            self._positions[source] = offset + 1
        if records and not self._by_source:
            self._watermarks.saw(*source, min(records[-1].timestamp, now_ms))

    def _after(self, now_ms: int, outputs: list[IntakeOutput]) -> None:
        if self._merge is not None:
            for source, time, prepared in self._merge.release(now_ms):
                self._pass(time, outputs)
                outputs += prepared.outputs
                self._positions[source] = prepared.offset + 1
        elif not self._by_source and self._watermarks.due(now_ms):
            self._tell(now_ms, outputs)

    def _pass(self, time: int, outputs: list[IntakeOutput]) -> None:
        """By source: everything before ``time`` is in the log; tell so wherever an interval ended."""
        if time <= self._time:
            return
        before, self._time = self._time, time
        for moment in self._watermarks.moments(before, time):
            self._watermarks.saw_all(moment)
            self._tell(moment, outputs)

    def _tell_when_idle(self, merge: Merge[Prepared], now_ms: int, outputs: list[IntakeOutput]) -> None:
        """By source: while nothing waits, say how far it went, so that timers need no next event."""
        if self._time and now_ms - self._told_at >= _IDLE_INTERVAL and merge.idle(now_ms):
            self._told_at = now_ms
            self._watermarks.saw_all(self._time)
            self._tell(self._time, outputs)

    def _tell(self, now: int, outputs: list[IntakeOutput]) -> None:
        for record in self._watermarks.tell(now):
            outputs += self._preparer.copies(record)
