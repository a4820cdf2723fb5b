"""What a pair of items in the same baskets proves: a lower bound of its lift, and which pairs to believe."""

import numpy as np

from streams.arrays import Bools, Floats

ERROR = 0.05
"""One-sided error of a bound, and the false discovery rate."""


def lower_lift(together: Floats, first: Floats, second: Floats, baskets: float) -> Floats:
    """One-sided 95 % lower bound of the lift of pairs (n), by the exact Poisson limit of ``together``.

    ``first`` and ``second`` (n) are the baskets with either item. Given these, together is hypergeometric, which
    spreads less than Poisson, so the bound is on the safe side. Source: Garwood (1936).
    """
    from scipy.special import gammaincinv  # type: ignore[import-untyped]  # noqa: PLC0415 - only who mines pays

    bound: Floats = gammaincinv(np.maximum(together, 1.0), ERROR) * baskets / (first * second)
    return np.where(together > 0.0, bound, 0.0)


def p_values(together: Floats, first: Floats, second: Floats, baskets: float) -> Floats:
    """P(at least so many together) of pairs (n) if the two items knew nothing of each other, as ``lower_lift``."""
    from scipy.special import gammainc  # noqa: PLC0415 - as above

    chance: Floats = gammainc(np.maximum(together, 1.0), first * second / baskets)
    return np.where(together > 0.0, chance, 1.0)


def discovered(p: Floats, tests: float) -> Bools:
    """Which of some p-values (n) to believe at a false discovery rate of 5 %, all others of ``tests`` being 1.

    Source: Benjamini and Hochberg (1995).
    """
    order = np.argsort(p, kind="stable")
    under = np.flatnonzero(p[order] <= ERROR * np.arange(1, len(p) + 1) / max(tests, 1.0))
    believed = np.zeros(len(p), dtype=np.bool_)
    believed[order[: under[-1] + 1 if len(under) else 0]] = True
    return believed
