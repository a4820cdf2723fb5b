"""Seeded draws, taken from NumPy in blocks: one at a time they would cost more than the event they shape."""

import math
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

_BLOCK = 4096


class Chance:
    """A stream of draws; the same generator state gives the same draws."""

    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator
        self._block: list[float] = []

    def uniform(self) -> float:
        """A draw from [0, 1)."""
        if not self._block:
            self._block = self._generator.random(_BLOCK).tolist()
        return self._block.pop()

    def between(self, low: float, high: float) -> float:
        """A draw from [low, high)."""
        return low + (high - low) * self.uniform()

    def happens(self, probability: float) -> bool:
        """True with the given probability."""
        return self.uniform() < probability

    def exponential(self, mean: float) -> float:
        """A draw from the exponential distribution."""
        return -mean * math.log1p(-self.uniform())

    def count(self, mean: float) -> int:
        """A draw from 0, 1, 2 … with the given mean (geometric)."""
        return int(math.log1p(-self.uniform()) / math.log1p(-1.0 / (1.0 + mean))) if mean > 0 else 0

    def below(self, size: int) -> int:
        """An index from 0 up to but without ``size``."""
        return int(self.uniform() * size)

    def pick(self, cumulative: Sequence[float]) -> int:
        """An index drawn by cumulative weights; the last one is the total."""
        return bisect_right(cumulative, self.uniform() * cumulative[-1], hi=len(cumulative) - 1)
