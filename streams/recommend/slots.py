"""Ids to slots: who has been seen lately has one, and those longest unseen make room."""

from collections import OrderedDict

import numpy as np

from streams.arrays import Ints
from streams.recommend.recommender import UNKNOWN

FREE = -1
"""Stands in an order between the slots that are taken and those that are not."""
PARTS = 10
"""A tenth leaves at once: what forgetting costs is shared by many newcomers."""


class Slots:
    """Ids (numbers from 0) and the slots that they have: as ``keys`` and ``order`` say, and never more than these."""

    def __init__(self, keys: Ints, order: Ints) -> None:
        end = int(np.flatnonzero(order == FREE)[0])
        self._size = len(keys)
        self._slots = OrderedDict((int(keys[slot]), int(slot)) for slot in order[:end])
        self._free: list[int] = order[end + 1 :].tolist()

    def __len__(self) -> int:
        return len(self._slots)

    def slot(self, key: int) -> int:
        """The slot of an id, or ``UNKNOWN``."""
        return self._slots.get(key, UNKNOWN)

    def take(self, key: int) -> tuple[int, Ints]:
        """A slot for an id that is seen now, and the slots that were emptied for it."""
        gone = np.zeros(0, np.int64)
        if key in self._slots:
            self._slots.move_to_end(key)
            return self._slots[key], gone
        if len(self._slots) == self._size:
            gone = self._make_room()
        self._slots[key] = self._free.pop() if self._free else len(self._slots)
        return self._slots[key], gone

    def keys(self) -> Ints:
        """The ids by slot; ``UNKNOWN`` where one is empty."""
        found = np.full(self._size, UNKNOWN, np.int64)
        found[list(self._slots.values())] = list(self._slots)
        return found

    def order(self) -> Ints:
        """The slots that are taken, the longest unseen first, ``FREE``, and those that were emptied."""
        return np.array([*self._slots.values(), FREE, *self._free], np.int64)

    def _make_room(self) -> Ints:
        leaving = max(self._size // PARTS, 1)
        gone = [self._slots.popitem(last=False)[1] for _ in range(leaving)]
        self._free += gone
        return np.array(gone, np.int64)
