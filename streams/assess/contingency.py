"""Whether two codes of the same rows depend on each other: mutual information and χ², both beside chance alone."""

from typing import Any, NamedTuple

import numpy as np

from streams.arrays import Floats, Ints

FEWEST_ROWS = 4
"""Under which the variance of χ² by chance has no value."""


class Dependence(NamedTuple):
    """``information`` in nats per row beyond what chance gives; χ² with its degrees, and what it is by chance."""

    rows: float
    information: float
    chi_square: float
    degrees: int
    mean: float
    variance: float

    @property
    def p_value(self) -> float:
        """P(χ² by chance is at least this one), by the gamma distribution of its mean and variance."""
        from scipy.stats import gamma  # type: ignore[import-untyped]  # noqa: PLC0415 - slow; only who assesses pays

        if self.variance <= 0.0:  # every order of the labels has the same χ²
            return 1.0
        return float(gamma.sf(self.chi_square, self.mean**2 / self.variance, scale=self.variance / self.mean))


def counted(first: Ints, second: Ints, kinds: int) -> Floats:
    """Rows of every combination (codes of ``first`` that occur × ``kinds``); codes run from 0."""
    table = np.bincount(first * kinds + second, minlength=(int(first.max(initial=0)) + 1) * kinds).reshape(-1, kinds)
    return table[table.any(axis=1)].astype(np.float64)


def dependence(table: Floats) -> Dependence:
    """Of a contingency table (counts); where only one row or column has any, nothing depends.

    Chance is a random order of the labels. Of mutual information its exact mean by chance is taken off (Vinh et al.
    2010); mean and variance of χ² by chance are exact too (Dawson 1954), so that nearly empty cells do no harm.
    """
    table = table[table.any(axis=1)][:, table.any(axis=0)]
    rows, (high, wide) = float(table.sum()), table.shape
    if min(high, wide) < 2 or rows < FEWEST_ROWS:  # noqa: PLR2004 - of one kind nothing depends
        return Dependence(rows, 0.0, 0.0, 0, 0.0, 0.0)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / rows
    chi_square = float(((table - expected) ** 2 / expected).sum())
    degrees = (high - 1) * (wide - 1)
    mean = rows / (rows - 1.0) * degrees
    return Dependence(rows, _beyond_chance(table), chi_square, degrees, mean, _variance(table, rows))


def together(parts: list[Dependence]) -> Dependence:
    """Of several tables without a row in common: whether there is any dependence in any of them."""
    rows = sum(part.rows for part in parts)
    return Dependence(
        rows=rows,
        information=sum(part.rows * part.information for part in parts) / max(rows, 1.0),
        chi_square=sum(part.chi_square for part in parts),
        degrees=sum(part.degrees for part in parts),
        mean=sum(part.mean for part in parts),
        variance=sum(part.variance for part in parts),
    )


def _beyond_chance(table: Floats) -> float:
    from scipy.sparse import csr_array  # type: ignore[import-untyped]  # noqa: PLC0415 - slow; only who assesses pays
    from sklearn.metrics import mutual_info_score  # noqa: PLC0415 - as above
    from sklearn.metrics.cluster import expected_mutual_information  # noqa: PLC0415 - as above

    whole: Any = csr_array(table.astype(np.int64))
    by_chance = expected_mutual_information(whole, int(table.sum()))
    return float(mutual_info_score(None, None, contingency=whole) - by_chance)


def _variance(table: Floats, rows: float) -> float:
    (even, uneven), (other_even, other_uneven) = (_margin(table.sum(axis=axis), rows) for axis in (1, 0))
    spread = 2.0 * rows / (rows - 3.0) * (even - uneven) * (other_even - other_uneven)
    return max(spread + rows**2 / (rows - 1.0) * uneven * other_uneven, 0.0)


def _margin(totals: Floats, rows: float) -> tuple[float, float]:
    kinds = len(totals)
    even = (kinds - 1.0) * (rows - kinds) / (rows - 1.0)
    return even, (float((rows / totals).sum()) - kinds**2) / (rows - 2.0)
