"""A table's columns in the forms that the experts take: standardised, multiplied, over knots, in bins."""

import numpy as np
from numpy.typing import NDArray

from streams.arrays import Floats, Ints
from streams.response.progressive import kernels
from streams.response.progressive.rows import Part

CLIP = 3.0
"""Deviations from the mean at which a standardised value ends."""
PULL = 10.0
"""So many rows at the base rate does a level's own rate begin with."""

Narrow = NDArray[np.float32]


class Columns:
    """What is known of each row at the time it is predicted.

    ``numbers`` (n × F, NaN where missing) come as they are; ``levels`` (n × C, codes from 0) as the log-odds of the
    level's rate so far. ``scaled`` is standardised by what came before, ``logged`` likewise after sign · log(1 + |x|).
    """

    def __init__(self, numbers: Floats, levels: Ints) -> None:
        rows, self.number_count = numbers.shape
        self.count = self.number_count + levels.shape[1]
        self._numbers, self.levels = numbers, levels
        self.rated: Narrow = np.zeros(levels.shape, np.float32)
        self.scaled: Narrow = np.zeros((rows, self.count), np.float32)
        self.logged: Narrow = np.zeros((rows, self.count), np.float32)
        most = int(levels.max(initial=0)) + 1
        self._level_rates = (np.zeros((levels.shape[1], most)), np.zeros((levels.shape[1], most)), np.zeros(2))
        self._moments, self._log_moments = np.zeros((3, self.count)), np.zeros((3, self.count))

    def advance(self, part: Part) -> None:
        """Make the part's predicted rows ready."""
        levels = np.ascontiguousarray(self.levels[part.rows])
        self.rated[part.predict] = kernels.rate_levels(levels, part.labels, part.known, *self._level_rates, PULL)
        values = self.values(np.r_[part.predict])
        logged = np.sign(values) * np.log1p(np.abs(values))
        self.scaled[part.predict] = kernels.standardise(values, self._moments, CLIP)
        self.logged[part.predict] = kernels.standardise(logged, self._log_moments, CLIP)

    def values(self, rows: Ints) -> Floats:
        """Rows × columns: numbers, then rated levels."""
        return np.concatenate([self._numbers[rows], self.rated[rows].astype(np.float64)], axis=1)

    def linear(self, rows: Ints) -> tuple[Ints, Floats]:
        """Intercept, every column standardised (0 where missing), every column's missing indicator."""
        return _with_missing(self.scaled[rows])

    def log_linear(self, rows: Ints) -> tuple[Ints, Floats]:
        """As ``linear``, of the logged columns."""
        return _with_missing(self.logged[rows])


def _with_missing(form: Narrow) -> tuple[Ints, Floats]:
    missing = np.isnan(form)
    return dense(np.where(missing, 0.0, form).astype(np.float64), missing.astype(np.float64))


def dense(*blocks: Floats) -> tuple[Ints, Floats]:
    """Rows that have every entry: an intercept, then the blocks' columns."""
    rows = len(blocks[0])
    value = np.concatenate([np.ones((rows, 1)), *blocks], axis=1)
    return np.tile(np.arange(value.shape[1]), (rows, 1)), value
