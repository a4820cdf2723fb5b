"""K-way merge of input partitions by event time, for logs whose clock is ``source``.

An input that may still deliver holds the others back: only when every input has something queued, or has been seen
drained for ``settle`` ms, does the earliest item leave. Each input keeps its own order; ties go by topic and partition.
"""

from collections import deque
from collections.abc import Collection
from heapq import heapify, heappop, heappush, heapreplace
from typing import Generic, TypeVar

from schemas.topics import BROWSES, CATALOGUE, CLICKS, CUSTOMERS, OUTCOMES, PRIVACY, PURCHASES

T = TypeVar("T")

Input = tuple[str, int]
"""A topic and one of its partitions."""

_ORDER = (PRIVACY, CUSTOMERS, CATALOGUE, OUTCOMES, BROWSES, CLICKS, PURCHASES)


def rank(source: Input) -> tuple[int, int]:
    """The order of items of equal time: that of ``_ORDER``, consent first and purchases last; then partitions."""
    return _ORDER.index(source[0]), source[1]


class Merge(Generic[T]):
    """Queues per input and the rule for leaving them. ``now`` is the wall time in ms, ``settle`` a span of it."""

    def __init__(self, settle: int) -> None:
        self._settle = settle
        self._queues: dict[Input, deque[tuple[int, T]]] = {}
        self._drained: dict[Input, int] = {}
        self._places: dict[Input, int] = {}
        self._sources: list[Input] = []
        self._heads: list[tuple[int, int]] = []

    def own(self, sources: Collection[Input]) -> None:
        """Merge exactly these from now on; what others had queued is dropped, to be read again by their new owner."""
        self._sources = sorted(sources, key=rank)
        self._places = {source: place for place, source in enumerate(self._sources)}
        self._queues = {source: self._queues.get(source, deque()) for source in self._sources}
        self._drained = {source: at for source, at in self._drained.items() if source in self._queues}
        self._heads = [(queue[0][0], self._places[source]) for source, queue in self._queues.items() if queue]
        heapify(self._heads)

    def add(self, source: Input, time: int, item: T) -> None:
        """Queue an item of an owned input; ``time`` in ms."""
        queue = self._queues[source]
        queue.append((time, item))
        self._drained.pop(source, None)
        if len(queue) == 1:
            heappush(self._heads, (time, self._places[source]))

    def drained(self, source: Input, now: int) -> None:
        """Note that everything the broker has of this input has been added; repeats change nothing."""
        if source in self._queues:
            self._drained.setdefault(source, now)

    def held(self, source: Input) -> int:
        """How many items of this input wait for others."""
        return len(self._queues.get(source, ()))

    def idle(self, now: int) -> bool:
        """Whether nothing waits and every input is settled: all that is known has left."""
        return not self._heads and all(self._settled(source, now) for source in self._sources)

    def release(self, now: int) -> list[tuple[Input, int, T]]:
        """Everything that may leave, in order: its input, its time in ms, the item."""
        released: list[tuple[Input, int, T]] = []
        heads = self._heads
        blocked = any(not queue and not self._settled(source, now) for source, queue in self._queues.items())
        while heads and not blocked:
            time, place = heads[0]
            source = self._sources[place]
            queue = self._queues[source]
            released.append((source, time, queue.popleft()[1]))
            if queue:
                heapreplace(heads, (queue[0][0], place))
            else:
                heappop(heads)
                blocked = not self._settled(source, now)
        return released

    def _settled(self, source: Input, now: int) -> bool:
        since = self._drained.get(source)
        return since is not None and now - since >= self._settle
