"""Some of a table's columns, those that seem to tell most, in the richer forms: products, bins, piecewise linear."""

import numpy as np

from streams.arrays import Floats, Ints
from streams.response.progressive.bins import binned
from streams.response.progressive.columns import Columns, dense

PRODUCT_SCALE = 1.5
TOLD_BY = 8
"""Bins of a column by which it is told how much it says."""
BESIDE = 5
"""Most telling columns beside which the others are looked at."""


class Picked:
    """The columns ``which`` (indices) of a table."""

    def __init__(self, columns: Columns, which: Ints) -> None:
        self._columns, self._which = columns, which
        self._is_level = which >= columns.number_count
        self.count = len(which)

    def values(self, rows: Ints) -> Floats:
        """Rows × columns: numbers and rated levels."""
        return self._columns.values(rows)[:, self._which]

    def products(self, rows: Ints) -> tuple[Ints, Floats]:
        """Intercept, every column logged (0 where missing), missing indicators, products of two and squares."""
        logged = self._columns.logged[rows][:, self._which]
        taken = np.nan_to_num(logged.astype(np.float64))
        a, b = np.tril_indices(self.count)
        return dense(taken, np.isnan(logged).astype(np.float64), taken[:, a] * taken[:, b] / PRODUCT_SCALE)

    @property
    def products_size(self) -> int:
        """Entries of a row of ``products``."""
        return 1 + 2 * self.count + self.count * (self.count + 1) // 2

    def quantiles(self, begin: int, end: int, most: int) -> list[Floats]:
        """At most ``most`` distinct quantiles of each column over the rows ``begin`` … ``end``."""
        values = self.values(np.arange(begin, end))
        return [_quantiles(values[:, k], most) for k in range(self.count)]

    def bins(self, rows: Ints, knots: list[Floats], resolutions: int) -> Ints:
        """Rows × columns × resolutions: 2, 4, 8 bins between the knots, 0 where missing; levels keep their code."""
        values = self.values(rows)
        found = np.zeros((len(rows), self.count, resolutions), np.int64)
        for k, own in enumerate(knots):
            for r in range(resolutions):
                inner = np.quantile(own, np.linspace(0.0, 1.0, 2 ** (r + 1) + 1)[1:-1])
                found[:, k, r] = np.where(np.isnan(values[:, k]), 0, 1 + np.searchsorted(inner, values[:, k], "right"))
        levels = self._which[self._is_level] - self._columns.number_count
        found[:, self._is_level, -1] = self._columns.levels[rows][:, levels]
        return found


class Hats:
    """Piecewise linear functions of each column between knots, with an indicator where it is missing."""

    def __init__(self, columns: Picked, knots: list[Floats]) -> None:
        self._columns, self._knots = columns, knots
        self._begins = np.cumsum([1, *(len(own) + 1 for own in knots)]).tolist()
        self.size: int = self._begins[-1]

    def encode(self, rows: Ints) -> tuple[Ints, Floats]:
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


def by_what_they_tell(columns: Columns, labels: Floats, begin: int, end: int) -> Ints:
    """The indices of all columns, most telling first, by the rows ``begin`` … ``end`` and their labels.

    A column tells as much as its bins' rates differ, over all rows or in the two halves by one of the ``BESIDE`` most
    telling ones, which shows what counts only together. Measured by the likelihood-ratio statistic of independence
    (G-test), which is 2n times the mutual information in nats.
    """
    values, own = columns.values(np.arange(begin, end)), labels[begin:end]
    if not 0.0 < own.sum() < len(own):
        return np.arange(columns.count)
    bins = [binned(values[:, k], TOLD_BY) for k in range(columns.count)]
    alone = np.array([_told(bin_, own) for bin_ in bins])
    together = alone.copy()
    for best in np.argsort(-alone, kind="stable")[:BESIDE]:
        half = bins[best] > np.median(bins[best])
        within = [_told(2 * bin_ + half, own) - _told(half.astype(np.int64), own) for bin_ in bins]
        together = np.maximum(together, np.where(np.arange(columns.count) == best, 0.0, within))
    return np.argsort(-together, kind="stable")


def _told(bins: Ints, labels: Floats) -> float:
    """Half the G statistic of bins and labels, the rates drawn a little to the mean."""
    counts, positive, mean = np.bincount(bins), np.bincount(bins, weights=labels), labels.mean()
    rate = (positive + mean) / (counts + 1.0)
    return float((positive * np.log(rate / mean) + (counts - positive) * np.log((1.0 - rate) / (1.0 - mean))).sum())


def _quantiles(values: Floats, most: int) -> Floats:
    present = values[~np.isnan(values)]
    if not len(present):
        return np.zeros(1)
    found: Floats = np.unique(np.quantile(present, np.linspace(0.0, 1.0, most)))
    return found
