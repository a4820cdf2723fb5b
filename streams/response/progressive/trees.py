"""Trees that are grown anew now and then on the newest labels: what several columns tell together, at any threshold."""

from collections.abc import Callable

import numpy as np

from streams.arrays import Floats, Ints
from streams.response.progressive.columns import Columns
from streams.response.progressive.rows import Part

FIRST, GROWTH = 1_000, 1.5
"""Rows after which trees are grown, for of fewer they learn accidents; how many times as many it takes until they are
again."""
MEMORY = 100_000
"""Newest labels that they are grown on."""
MOST_LEVELS = 50
"""Most frequent levels of a category that trees see by themselves; all of them they see by their rate."""

Predict = Callable[[Floats], Floats]
Grow = Callable[[Floats, tuple[bool, ...], Floats], Predict]
"""Of rows (n × columns, NaN where missing), which columns are categories, and labels (n): what answers other rows, in
log-odds or, of amounts, in the labels' unit."""


def seasons(rows: int) -> list[int]:
    """The rows at which trees are grown in a table of so many."""
    found, at = list[int](), float(FIRST)
    while at < rows:
        found.append(int(at))
        at *= GROWTH
    return found


class Trees:
    """What ``grow`` makes of the newest labels, asked for the rows that follow until it is made anew.

    It sees the values of ``columns``, rates of levels among them, and the frequent ones of ``levels`` (n × C, codes).
    """

    def __init__(self, columns: Columns, levels: Ints, grow: Grow) -> None:
        self._columns, self._levels, self._grow = columns, levels, grow
        self._predict: Predict | None = None
        self._codes = [np.zeros(0)] * levels.shape[1]

    def learn(self, labels: Floats, known: int) -> None:
        """Grow anew on the newest of the first ``known`` labels."""
        rows = np.arange(max(known - MEMORY, 0), known)
        self._codes = [_frequent(own) for own in self._levels[rows].T]
        is_category = (False,) * self._columns.count + (True,) * len(self._codes)
        self._predict = self._grow(self._values(rows), is_category, labels[rows])

    def answer(self, part: Part, before: Floats) -> Floats:
        """What they say of the part's predicted rows; ``before`` they have grown."""
        if self._predict is None or not len(part.known):
            return before
        return self._predict(self._values(np.r_[part.predict]))

    def _values(self, rows: Ints) -> Floats:
        levels = self._levels[rows]
        coded = [codes[np.minimum(own, len(codes) - 1)] for codes, own in zip(self._codes, levels.T, strict=True)]
        return np.column_stack([self._columns.values(rows), *coded])


def _frequent(levels: Ints) -> Floats:
    """The place among the most frequent by level; those that are rare, and the last one, which is none, share one."""
    counts = np.bincount(levels)
    kept = np.argsort(-counts, kind="stable")[:MOST_LEVELS]
    codes = np.full(len(counts) + 1, float(MOST_LEVELS))
    codes[kept] = np.arange(len(kept))
    return codes
