"""Which offsets may be committed: everything before the first trigger that is still being tried."""

from collections.abc import Container


class Offsets:
    """Positions of what was read, per partition."""

    def __init__(self) -> None:
        self._next: dict[int, int] = {}
        self._open: dict[str, tuple[int, int]] = {}

    def read(self, partition: int, offset: int, trigger_id: str = "") -> None:
        """A message was read; it is open while its trigger (if it holds one) waits."""
        self._next[partition] = offset + 1
        if trigger_id:
            self._open.setdefault(trigger_id, (partition, offset))

    def committable(self, waiting: Container[str]) -> dict[int, int]:
        """Per partition the offset to commit, given the triggers that still wait."""
        self._open = {trigger: place for trigger, place in self._open.items() if trigger in waiting}
        points = dict(self._next)
        for partition, offset in self._open.values():
            points[partition] = min(points[partition], offset)
        return points

    def leave(self, partition: int) -> list[str]:
        """The partition belongs to another now: its open triggers, to be given up here."""
        self._next.pop(partition, None)
        left = [trigger for trigger, place in self._open.items() if place[0] == partition]
        for trigger in left:
            del self._open[trigger]
        return left
