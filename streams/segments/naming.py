"""Which cluster of a version is which of the version before: the typed adapter to SciPy's assignment."""

from typing import NamedTuple

import numpy as np

from streams.arrays import Bools, Floats, Ints
from streams.segments.centres import distances
from streams.segments.scaling import LEAST
from streams.segments.segmenter import Form

KEPT_FROM = 1 / 3
"""The least overlap with which a name stays: rows in both over rows in either (Jaccard)."""


class Names(NamedTuple):
    """The number that names each cluster, from 1, and the last one given away; ``most`` numbers go round."""

    numbers: tuple[int, ...]
    last: int


def first_names(count: int) -> Names:
    """Those of a first version."""
    return Names(tuple(range(1, count + 1)), count)


def names_after(old: Names, before: Form, after: Form, rows: Floats, most: int) -> Names:
    """The names of the clusters of ``after``, where they mean what clusters of ``before`` did; new ones are new.

    Clusters are paired so that they overlap most on the rows (n × columns) and on each other's anchors (Kuhn 1955;
    Jaccard as in Hennig 2007). A pair is none where it overlaps less than ``KEPT_FROM``, or where the cluster has
    gone farther than its nearest neighbour was away: the same customers, but they mean something else.
    """
    shown = np.concatenate([rows, before.anchors(), after.anchors()])
    overlap = _overlaps(before.assign(shown), after.assign(shown), len(old.numbers), len(after.anchors()))
    overlap[_gone(before.anchors(), after.anchors(), shown)] = 0.0
    kept = {one: old.numbers[other] for one, other in _paired(overlap) if overlap[other, one] >= KEPT_FROM}
    numbers, last = list[int](), old.last
    for cluster in range(len(after.anchors())):
        if cluster not in kept:
            last = _next(last, {*kept.values(), *numbers}, most)
        numbers.append(kept.get(cluster, last))
    return Names(tuple(numbers), last)


def _overlaps(before: Ints, after: Ints, rows: int, columns: int) -> Floats:
    """Shares (before × after) of what is in both among what is in either."""
    both = np.zeros((rows, columns))
    seen = (before >= 0) & (after >= 0)
    np.add.at(both, (before[seen], after[seen]), 1.0)
    own = np.bincount(before[before >= 0], minlength=rows)[:, None]
    other = np.bincount(after[after >= 0], minlength=columns)[None, :]
    found: Floats = both / np.maximum(own + other - both, 1.0)
    return found


def _gone(before: Floats, after: Floats, rows: Floats) -> Bools:
    """Where (before × after) the way is longer than the old cluster's to its nearest neighbour, in deviations."""
    units = np.maximum(rows.std(axis=0), LEAST)
    old = before / units
    apart = distances(old, old) + np.where(np.eye(len(old)) > 0, np.inf, 0.0)
    gone: Bools = distances(old, after / units) > apart.min(axis=1)[:, None]
    return gone


def _paired(overlap: Floats) -> list[tuple[int, int]]:
    """Pairs (after, before) with the largest sum of overlaps."""
    from scipy.optimize import (  # type: ignore[import-untyped]  # noqa: PLC0415 - only who learns pays for it
        linear_sum_assignment,
    )

    before, after = linear_sum_assignment(overlap, maximize=True)
    return list(zip(after.tolist(), before.tolist(), strict=True))


def _next(last: int, taken: set[int], most: int) -> int:
    """The number after the last, round again after ``most``, past those in use."""
    following = last % most + 1
    while following in taken:
        following = following % most + 1
    return following
