"""How large a difference in a column is: running means and variances that forget."""

import numpy as np

from streams.arrays import Floats

LEAST = 0.05
"""A standard deviation under this counts as this: a column that hardly varies must not tell segments apart."""


class Scaling:
    """Mean and variance of each column, the older rows counting less; missing values teach nothing."""

    def __init__(self, columns: int) -> None:
        self.numbers = np.zeros((3, columns))
        """Weight, mean and variance of each column."""

    def update(self, rows: Floats, kept: float) -> None:
        """See rows (n × columns) after ``kept`` of the weight so far remains."""
        weight, mean, variance = self.numbers
        old, seen = weight * kept, ~np.isnan(rows)
        new = seen.sum(axis=0).astype(np.float64)
        total = np.maximum(old + new, 1.0)
        own = np.where(seen, rows, 0.0).sum(axis=0) / np.maximum(new, 1.0)
        within = np.where(seen, (rows - own) ** 2, 0.0).sum(axis=0)
        spread = (old * variance + within + old * new / total * (own - mean) ** 2) / total
        self.numbers = np.stack([old + new, (old * mean + new * own) / total, spread])

    @property
    def means(self) -> Floats:
        """The mean of each column."""
        return np.array(self.numbers[1])

    @property
    def units(self) -> Floats:
        """The standard deviation of each column, at least ``LEAST``."""
        units: Floats = np.maximum(np.sqrt(self.numbers[2]), LEAST)
        return units
