"""How fast something grows: a line through samples that a few jumps do not bend."""

from collections.abc import Sequence
from statistics import median

HOUR = 3600.0


def slope(samples: Sequence[tuple[float, float]]) -> float:
    """Growth per hour of (time in s, value), by Theil and Sen: the median over all pairs; 0 for fewer than two."""
    pairs = [
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for number, earlier in enumerate(samples)
        for later in samples[number + 1 :]
        if later[0] > earlier[0]
    ]
    return median(pairs) * HOUR if pairs else 0.0


def quantile(values: Sequence[float], share: float) -> float:
    """The value under which that share lies; 0 for none."""
    ranked = sorted(values)
    return ranked[min(int(share * len(ranked)), len(ranked) - 1)] if ranked else 0.0
