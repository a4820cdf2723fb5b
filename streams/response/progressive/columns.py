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
PRODUCT_SCALE = 1.5

Rows = NDArray[np.int64]
Narrow = NDArray[np.float32]


class Columns:
    """What is known of each row at the time it is predicted.

    ``numbers`` (n × F, NaN where missing) come as they are; ``levels`` (n × C, codes from 0) as the log-odds of the
    level's rate so far. ``scaled`` is standardised by what came before, ``logged`` likewise after sign · log(1 + |x|).
    """

    def __init__(self, numbers: Floats, levels: Ints) -> None:
        rows, self.count = len(numbers), numbers.shape[1] + levels.shape[1]
        self._numbers, self._levels = numbers, levels
        self.rated: Narrow = np.zeros(levels.shape, np.float32)
        self.scaled: Narrow = np.zeros((rows, self.count), np.float32)
        self.logged: Narrow = np.zeros((rows, self.count), np.float32)
        most = int(levels.max(initial=0)) + 1
        self._level_rates = (np.zeros((levels.shape[1], most)), np.zeros((levels.shape[1], most)), np.zeros(2))
        self._moments, self._log_moments = np.zeros((3, self.count)), np.zeros((3, self.count))

    def advance(self, part: Part) -> None:
        """Make the part's predicted rows ready."""
        levels = np.ascontiguousarray(self._levels[part.rows])
        self.rated[part.predict] = kernels.rate_levels(levels, part.labels, part.known, *self._level_rates, PULL)
        values = self.values(np.r_[part.predict])
        logged = np.sign(values) * np.log1p(np.abs(values))
        self.scaled[part.predict] = kernels.standardise(values, self._moments, CLIP)
        self.logged[part.predict] = kernels.standardise(logged, self._log_moments, CLIP)

    def values(self, rows: Rows) -> Floats:
        """Rows × columns: numbers, then rated levels."""
        return np.concatenate([self._numbers[rows], self.rated[rows].astype(np.float64)], axis=1)

    def linear(self, rows: Rows) -> tuple[Ints, Floats]:
        """Intercept, every column standardised (0 where missing), every column's missing indicator."""
        return _with_missing(self.scaled[rows])

    def log_linear(self, rows: Rows) -> tuple[Ints, Floats]:
        """As ``linear``, of the logged columns."""
        return _with_missing(self.logged[rows])

    def products(self, rows: Rows) -> tuple[Ints, Floats]:
        """As ``linear`` on ``logged``, with every product of two columns and every square."""
        taken = np.nan_to_num(self.logged[rows].astype(np.float64))
        missing = np.isnan(self.logged[rows]).astype(np.float64)
        a, b = np.tril_indices(self.count)
        return _dense(taken, missing, taken[:, a] * taken[:, b] / PRODUCT_SCALE)

    def quantiles(self, begin: int, end: int, most: int) -> list[Floats]:
        """At most ``most`` distinct quantiles of each column over the rows ``begin`` … ``end``."""
        values = self.values(np.arange(begin, end))
        return [_quantiles(values[:, k], most) for k in range(self.count)]

    def bins(self, rows: Rows, knots: list[Floats], resolutions: int) -> Ints:
        """Rows × columns × resolutions: 2, 4, 8 bins between the knots, 0 where missing; levels keep their code."""
        values = self.values(rows)
        found = np.zeros((len(rows), self.count, resolutions), np.int64)
        for k, own in enumerate(knots):
            for r in range(resolutions):
                inner = np.quantile(own, np.linspace(0.0, 1.0, 2 ** (r + 1) + 1)[1:-1])
                found[:, k, r] = np.where(np.isnan(values[:, k]), 0, 1 + np.searchsorted(inner, values[:, k], "right"))
        found[:, self._numbers.shape[1] :, -1] = self._levels[rows]
        return found


class Hats:
    """Piecewise linear functions of each column between knots, with an indicator where it is missing."""

    def __init__(self, columns: Columns, knots: list[Floats]) -> None:
        self._columns, self._knots = columns, knots
        self._begins = np.cumsum([1, *(len(own) + 1 for own in knots)]).tolist()
        self.size: int = self._begins[-1]

    def encode(self, rows: Rows) -> tuple[Ints, Floats]:
        """Intercept; for each column its shares in two neighbouring knots and whether it is missing."""
        values = self._columns.values(rows)
        index = np.zeros((len(rows), 1 + 3 * len(self._knots)), np.int64)
        value = np.ones((len(rows), 1 + 3 * len(self._knots)))
        for k, (own, begin) in enumerate(zip(self._knots, self._begins, strict=False)):
            missing, last = np.isnan(values[:, k]), len(own) - 1
            place = np.interp(np.where(missing, own[0], values[:, k]), own, np.arange(len(own), dtype=np.float64))
            left = np.minimum(place.astype(np.int64), max(last - 1, 0))
            share = place - left
            mine = slice(1 + 3 * k, 4 + 3 * k)
            index[:, mine] = np.stack(
                [begin + left, begin + np.minimum(left + 1, last), begin + last + 1 + 0 * left], 1
            )
            value[:, mine] = np.stack([(1.0 - share) * ~missing, share * ~missing, missing], 1)
        return index, value


def _with_missing(form: Narrow) -> tuple[Ints, Floats]:
    missing = np.isnan(form)
    return _dense(np.where(missing, 0.0, form).astype(np.float64), missing.astype(np.float64))


def _dense(*blocks: Floats) -> tuple[Ints, Floats]:
    rows = len(blocks[0])
    value = np.concatenate([np.ones((rows, 1)), *blocks], axis=1)
    return np.tile(np.arange(value.shape[1]), (rows, 1)), value


def _quantiles(values: Floats, most: int) -> Floats:
    present = values[~np.isnan(values)]
    if not len(present):
        return np.zeros(1)
    found: Floats = np.unique(np.quantile(present, np.linspace(0.0, 1.0, most)))
    return found
