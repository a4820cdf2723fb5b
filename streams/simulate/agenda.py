"""What will happen when: the shop's event queue and what it has published so far."""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any, NamedTuple

Happening = Callable[[int, Any], None]


class ShopMessage(NamedTuple):
    """One message for the broker: ``topic`` without prefix, ``at`` the event's time in ms."""

    topic: str
    key: bytes
    value: bytes
    at: int


class Agenda:
    """Runs happenings in time order; ties in the order in which they were planned."""

    def __init__(self, start: int) -> None:
        self.now = start
        self._queue: list[tuple[int, int, Happening, Any]] = []
        self._planned = 0
        self._published: list[ShopMessage] = []

    def plan(self, at: float, happening: Happening, subject: Any) -> int:
        """Let ``happening(at, subject)`` happen at ``at``, never before now; returns that time."""
        due = max(int(at), self.now)
        self._planned += 1
        heappush(self._queue, (due, self._planned, happening, subject))
        return due

    def publish(self, topic: str, key: bytes, value: bytes) -> None:
        """A message as of now."""
        self._published.append(ShopMessage(topic, key, value, self.now))

    def run(self, until: int) -> list[ShopMessage]:
        """Everything published up to and including ``until``."""
        queue = self._queue
        while queue and queue[0][0] <= until:
            self.now, _, happening, subject = heappop(queue)
            happening(self.now, subject)
        self.now = max(self.now, until)
        published, self._published = self._published, []
        return published
