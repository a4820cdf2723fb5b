"""What may be offered of what was scored: stock, margin, and what was just bought. Pure functions of arrays."""

import numpy as np

from streams.arrays import Bools, Floats, Ints


def offerable(items: Ints, stock: Floats, bought: Ints, least_stock: float = 1.0) -> Bools:
    """Which ``items`` (n) are in ``stock`` (n, NaN where unknown: taken as enough) and were not just ``bought``."""
    return np.asarray(~(stock < least_stock) & ~np.isin(items, bought) & (items >= 0))


def by_margin(chances: Floats, margins: Floats) -> Floats:
    """Expected margin (n): ``chances`` (n, at least 0) × ``margins`` (n, minor units; at a loss nothing is offered)."""
    return np.asarray(chances * np.maximum(margins, 0.0))


def best(items: Ints, scores: Floats, allowed: Bools, most: int) -> Ints:
    """At most so many of the allowed ``items`` (n), the highest score first, ties by the lower number."""
    kept, values = items[allowed], scores[allowed]
    return np.asarray(kept[np.lexsort((kept, -values))[:most]])
