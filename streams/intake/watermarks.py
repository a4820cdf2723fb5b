"""How far each event source has been read, told to every partition of the log: so that "did not buy" can be known."""

from collections.abc import Collection, Mapping

from schemas.origins import Origin
from schemas.records import Record, WatermarkReached
from schemas.topics import EVENT_SOURCES

GAP_STEPS = 60
"""Watermarks in one silence of the source's time before the rest of it is skipped."""


class Watermarks:
    """Progress of the owned partitions of the event sources; ``interval`` in ms of the log's clock.

    A source is told of only when all its owned partitions have been heard of, and only when the slowest has advanced:
    what has been told never becomes untrue.
    """

    def __init__(self, interval: int) -> None:
        self._interval = interval
        self._totals: Mapping[str, int] = {}
        self._reached: dict[str, dict[int, int | None]] = {}
        self._told: dict[str, int] = {}
        self._next: int | None = None

    def own(self, assigned: Mapping[str, Collection[int]], totals: Mapping[str, int]) -> None:
        """Answer for these partitions from now on; ``totals`` is the number of partitions of each event source."""
        kept = self._reached
        self._totals = totals
        self._reached = {
            topic: {partition: kept.get(topic, {}).get(partition) for partition in sorted(assigned[topic])}
            for topic in EVENT_SOURCES
            if assigned.get(topic)
        }
        self._told = {}

    def saw(self, topic: str, partition: int, reached: int) -> None:
        """Everything of this partition up to ``reached`` ms is in the log; never goes back."""
        of_topic = self._reached.get(topic)
        if of_topic is not None and partition in of_topic:
            before = of_topic[partition]
            of_topic[partition] = reached if before is None else max(before, reached)

    def saw_all(self, reached: int) -> None:
        """Every owned partition has been read up to ``reached`` ms."""
        for topic, of_topic in self._reached.items():
            for partition in of_topic:
                self.saw(topic, partition, reached)

    def look_at_clock(self, now: int) -> None:
        """By wall time: what was seen under a clock that has been set back is forgotten, or nothing would advance."""
        if self._next is not None and now < self._next - 2 * self._interval:
            self._reached = {topic: dict.fromkeys(of_topic) for topic, of_topic in self._reached.items()}
            self._told, self._next = {}, None

    def due(self, now: int) -> bool:
        """By wall time: whether an interval has passed since watermarks were last told."""
        if self._next is None:
            self._next = self._boundary(now)
        return now >= self._next

    def moments(self, before: int, time: int) -> list[int]:
        """By source time: when to tell as it jumps from ``before`` to ``time``, both in ms.

        Every boundary of an interval between them, so that timers fire on time while nothing happens; after
        ``GAP_STEPS`` of them the rest of a long silence is one step.
        """
        if not before:
            return []
        first = -(-before // self._interval) * self._interval  # told only once it is passed: events may lie on it
        steps = list(range(first, min(time, first + GAP_STEPS * self._interval), self._interval))
        return [*steps, time - 1] if steps and time - 1 - steps[-1] >= self._interval else steps

    def tell(self, now: int) -> list[Record]:
        """One record per source that advanced, written at ``now`` ms."""
        self._next = self._boundary(now)
        return [record for topic in EVENT_SOURCES if (record := self._of(topic, now)) is not None]

    def _boundary(self, after: int) -> int:
        return after - after % self._interval + self._interval

    def _of(self, topic: str, now: int) -> Record | None:
        reached = {partition: at for partition, at in self._reached.get(topic, {}).items() if at is not None}
        if not reached or len(reached) < len(self._reached[topic]):
            return None
        slowest = min(reached.values())
        if slowest <= self._told.get(topic, -1):
            return None
        self._told[topic] = slowest
        origin = Origin(f"watermark/{topic}", min(reached), slowest, 0)
        return Record(origin, now, "", WatermarkReached(topic, reached, self._totals.get(topic, 1)))
