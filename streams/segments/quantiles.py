"""Running quantiles in five markers: the P² algorithm (Jain and Chlamtac 1985), equal to River's ``stats.Quantile``."""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from streams.arrays import Floats

MARKERS = 5
WIDTH = 1 + 3 * MARKERS
"""Numbers in a ``row``."""


class Quantile:
    """The ``share`` quantile of the values seen; nothing is kept but five markers: heights, places, wanted places."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._heights: list[float] = []
        self._places = [1.0, 2.0, 3.0, 4.0, 5.0]
        self._steps = (0.0, share / 2.0, share, (1.0 + share) / 2.0, 1.0)
        self._wanted = [1.0, 1.0 + 2.0 * share, 1.0 + 4.0 * share, 3.0 + 2.0 * share, 5.0]

    def update(self, value: float) -> None:
        """See a finite value."""
        heights, places = self._heights, self._places
        if len(heights) < MARKERS:
            heights.append(value)
            heights.sort()
            return
        heights[0], heights[-1] = min(heights[0], value), max(heights[-1], value)
        for k in range(min(bisect_right(heights, value), MARKERS - 1), MARKERS):
            places[k] += 1.0
        for k, step in enumerate(self._steps):  # added up as River does, for ties must fall as they fall there
            self._wanted[k] += step
        for k in (1, 2, 3):
            self._move(k, self._wanted[k] - places[k])

    @property
    def value(self) -> float:
        """The estimate; NaN before the first value."""
        heights = self._heights
        if len(heights) == MARKERS:
            return heights[2]
        return heights[min(int(len(heights) * self._share), len(heights) - 1)] if heights else float("nan")

    @property
    def row(self) -> Floats:
        """The share and the markers as ``WIDTH`` numbers, NaN for heights there are none of yet."""
        missing = [float("nan")] * (MARKERS - len(self._heights))
        return np.array([self._share, *self._heights, *missing, *self._places, *self._wanted])

    @classmethod
    def restored(cls, row: Sequence[float]) -> "Quantile":
        """The quantile whose ``row`` this is."""
        found = cls(float(row[0]))
        numbers = [float(number) for number in row[1:]]
        heights, places, wanted = (numbers[k : k + MARKERS] for k in range(0, 3 * MARKERS, MARKERS))
        found._heights = [height for height in heights if not np.isnan(height)]
        found._places, found._wanted = places, wanted
        return found

    def _move(self, k: int, by: float) -> None:
        """One place up or down where the marker is a whole place off and has room."""
        places, heights = self._places, self._heights
        up, down = places[k + 1] - places[k] > 1.0, places[k - 1] - places[k] < -1.0
        if not ((by >= 1.0 and up) or (by <= -1.0 and down)):
            return
        step = 1 if by > 0.0 else -1
        bent = self._bent(k, step)
        if not heights[k - 1] < bent < heights[k + 1]:
            bent = heights[k] + step * (heights[k + step] - heights[k]) / (places[k + step] - places[k])
        heights[k] = bent
        places[k] += step

    def _bent(self, k: int, step: int) -> float:
        """The height at the next place on the parabola through the marker and its neighbours."""
        (low, at, high), (under, here, over) = self._heights[k - 1 : k + 2], self._places[k - 1 : k + 2]
        rising = (here - under + step) * (high - at) / (over - here)
        falling = (over - here - step) * (at - low) / (here - under)
        return at + step / (over - under) * (rising + falling)
