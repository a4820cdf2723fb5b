"""How unevenly events fall on partitions when some users are far busier than others."""

import numpy as np
from numpy.typing import NDArray

EXPLICIT = 200_000
"""The busiest users are placed one by one; the rest is so many that they fall evenly."""

Loads = NDArray[np.float64]


def partition_shares(partitions: int, users: int, exponent: float, seed: int) -> Loads:
    """Each partition's share of all events when the r-th busiest user has a weight of r^−exponent; they sum to 1.

    Users are placed as a hash places them. Zipf's law (1949); 0 means that all are alike.
    """
    placed = min(users, EXPLICIT)
    weights = np.arange(1, placed + 1, dtype=np.float64) ** -exponent
    places = np.random.default_rng(seed).integers(partitions, size=placed)
    loads: Loads = np.bincount(places, weights=weights, minlength=partitions).astype(np.float64)
    loads = loads + _rest(placed, users, exponent) / partitions
    shares: Loads = loads / loads.sum()
    return shares


def _rest(placed: int, users: int, exponent: float) -> float:
    """The weight of all other users, by the integral of r^−exponent."""
    first, last = placed + 0.5, users + 0.5
    if exponent == 1.0:
        return float(np.log(last / first))
    return float((last ** (1 - exponent) - first ** (1 - exponent)) / (1 - exponent))
