"""Columns in standard deviations from their running means (Welford 1962); missing values say nothing."""

from collections.abc import Sequence

import numpy as np

from streams.arrays import Floats

CLIP = 3.0
"""Standard deviations a column counts for at most."""


def standardised(x: Sequence[float], mean: Floats, deviation: Floats) -> Floats:
    """A row (columns) in deviations from the mean, at most ``CLIP``; 0 where it is missing or nothing ever moved.

    Raises:
        ValueError: the row has another length than ``mean``.

    """
    row = np.array(x, dtype=np.float64)
    if row.shape != mean.shape:
        raise ValueError(f"the row has {len(row)} columns, zip them with {len(mean)}")
    known = np.isfinite(row) & (deviation > 0.0)
    distance = (np.where(known, row, mean) - mean) / np.where(deviation > 0.0, deviation, 1.0)
    clipped: Floats = np.minimum(np.maximum(distance, -CLIP), CLIP)
    return clipped


class Moments:
    """Counts, means and sums of squared deviations of columns, in ``numbers`` (3 × columns)."""

    def __init__(self, columns: int, numbers: Floats | None = None) -> None:
        self.numbers: Floats = np.zeros((3, columns)) if numbers is None else numbers

    @property
    def mean(self) -> Floats:
        """By column."""
        mean: Floats = self.numbers[1]
        return mean

    @property
    def deviation(self) -> Floats:
        """The standard deviation by column; 0 where nothing moved."""
        deviation: Floats = np.sqrt(self.numbers[2] / np.maximum(self.numbers[0], 1.0))
        return deviation

    def learn(self, x: Sequence[float]) -> None:
        """One row; values that are not finite teach nothing."""
        row, (count, mean, squares) = np.array(x, dtype=np.float64), self.numbers
        known = np.isfinite(row)
        count += known
        distance = np.where(known, row, mean) - mean
        mean += distance / np.maximum(count, 1.0)
        squares += distance * (np.where(known, row, mean) - mean)
