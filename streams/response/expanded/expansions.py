"""What a standardised row is expanded to: columns that are learned together, and many more that are learned apart."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from streams.arrays import Floats, Ints

Expand = Callable[[Floats], Floats]
"""From a standardised row (columns) to more columns; pure."""

KNOTS = np.array([-1.5, -0.75, -0.25, 0.25, 0.75, 1.5])
"""Between these standard deviations a column's bins lie."""
BINS = len(KNOTS) + 1
PRODUCT_SCALE = 1.5
"""Products of standardised columns vary more than the columns."""


class Expansion(NamedTuple):
    """Columns ``together``, whose weights know each other's uncertainty, so that their number counts squared.

    Those ``apart`` do not; their weights have this ``variance`` beforehand.
    """

    together: Expand
    apart: Expand
    variance: float


def lines(z: Floats) -> Floats:
    """An intercept and every column."""
    return np.concatenate((np.ones(1), z))


def parabolas(z: Floats) -> Floats:
    """An intercept, every column and its square."""
    return np.concatenate((np.ones(1), z, z * z / PRODUCT_SCALE))


def nothing(z: Floats) -> Floats:
    """No column."""
    return z[:0]


def bins(z: Floats) -> Floats:
    """For every column which of its bins holds it: ones and zeros, columns × bins."""
    held = np.zeros(len(z) * BINS)
    held[np.arange(len(z)) * BINS + np.searchsorted(KNOTS, z)] = 1.0
    return held


def products(z: Floats) -> Floats:
    """The products of any two columns."""
    first, second = _pairs(len(z))
    return z[first] * z[second] / PRODUCT_SCALE


EXPANSIONS: dict[str, Expansion] = {
    "lines": Expansion(lines, nothing, 0.0),
    "bends": Expansion(lines, bins, 0.01),
    "crosses": Expansion(parabolas, products, 0.003),
}
"""One line per algorithm."""


@cache
def _pairs(columns: int) -> tuple[Ints, Ints]:
    first, second = np.tril_indices(columns, -1)
    return first, second
