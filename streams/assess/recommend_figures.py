"""What a ranking of items is worth: hits among the first ten and reciprocal ranks, with intervals over users."""

import msgspec
import numpy as np

from streams.arrays import Floats, Ints

FIRST = 10
Z_QUANTILE = 1.96
Interval = tuple[float, float, float]
"""A mean, and the ends of its 95 % interval."""


class Ranked(msgspec.Struct, frozen=True):
    """A recommender's figures: shares of choices among its first ten, and mean reciprocal ranks, mean and 95 % ends.

    ``…_less`` are the differences to other recommenders on the same choices.
    """

    hit_rate: Interval
    reciprocal_rank: Interval
    hit_rate_less: dict[str, Interval]
    reciprocal_rank_less: dict[str, Interval]


def places(scores: Floats, popularity: Floats, chosen: int) -> tuple[int, int]:
    """How many of n items rank above the ``chosen`` one (an index), and how many of the others rank with it.

    Ties of ``scores`` (n) go to the more popular item; what is still tied is in an order by lot.
    """
    same = scores == scores[chosen]
    above = (scores > scores[chosen]) | (same & (popularity > popularity[chosen]))
    return int(above.sum()), int((same & (popularity == popularity[chosen])).sum()) - 1


def hit(above: int, tied: int) -> float:
    """Chance that it is among the first ten."""
    return min(max((FIRST - above) / (tied + 1), 0.0), 1.0)


def reciprocal(above: int, tied: int) -> float:
    """Expected 1 / rank."""
    return float(np.mean(1.0 / np.arange(above + 1, above + tied + 2)))


def over_users(values: Floats, users: Ints) -> Interval:
    """Mean of n values with its 95 % interval, all values of a user (codes from 0, n) hanging together.

    The linearised variance of a ratio of sums over users; a single user gives an infinite interval.
    """
    mean = float(values.mean())
    count = np.bincount(users)
    residuals = np.bincount(users, weights=values - mean)[count > 0]
    if len(residuals) < 2:  # noqa: PLR2004 - of one nothing is known
        return mean, -np.inf, np.inf
    square = len(residuals) / (len(residuals) - 1) * float(np.sum(residuals**2))
    wide = Z_QUANTILE * square**0.5 / len(values)
    return mean, mean - wide, mean + wide


def ranked(hits: dict[str, Floats], reciprocals: dict[str, Floats], users: Ints) -> dict[str, Ranked]:
    """The figures of every recommender, by name, from its values per choice (n)."""
    return {
        name: Ranked(
            hit_rate=over_users(hits[name], users),
            reciprocal_rank=over_users(reciprocals[name], users),
            hit_rate_less=_less(hits, name, users),
            reciprocal_rank_less=_less(reciprocals, name, users),
        )
        for name in hits
    }


def _less(values: dict[str, Floats], name: str, users: Ints) -> dict[str, Interval]:
    return {other: over_users(values[name] - values[other], users) for other in values if other != name}
