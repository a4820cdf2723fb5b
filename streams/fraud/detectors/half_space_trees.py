"""Half-space trees (Tan, Ting, Liu 2011): how crowded the row's region was in the last window of rows. River's own."""

from functools import lru_cache
from typing import Any

import numpy as np

from streams.arrays import Floats
from streams.fraud.detectors.detector import Arrays, checked
from streams.fraud.detectors.half_space_kernel import learn_rows, score_and_learn_rows, score_rows

TREES, HEIGHT, WINDOW = 25, 10, 250
"""25 trees and 250 rows are the authors'; beyond ten levels (theirs: 15) nothing was gained, and a tree doubles."""


def fit_half_space_trees(rows: Floats, seed: int) -> Arrays:
    """Trees drawn by River over the unit cube, masses from the last ``WINDOW`` of rows; columns scaled to 0..1."""
    low, high = rows.min(axis=0), rows.max(axis=0)
    window = min(WINDOW, len(rows))
    features, thresholds = _drawn(rows.shape[1], seed)
    nodes = 2 ** (HEIGHT + 1) - 1
    arrays: Arrays = {
        "low": low,
        "width": np.where(high > low, high - low, 1.0),
        "feature": features,
        "threshold": thresholds,
        "reference_mass": np.zeros((TREES, nodes), dtype=np.int64),
        "latest_mass": np.zeros((TREES, nodes), dtype=np.int64),
        "counts": np.array([window, 0, 0], dtype=np.int64),
    }
    trees = HalfSpaceTrees(arrays)
    trees.learn(rows[-window:])
    return trees.arrays()


class HalfSpaceTrees:
    """Full binary trees in heap order; ``counts`` are the window's size, its rows so far, and the windows seen.

    ``feature`` and ``threshold`` (trees × inner nodes), ``reference_mass`` of the last whole window and
    ``latest_mass`` of the one that runs (trees × nodes). Learning changes this detector, never the arrays given.
    """

    def __init__(self, arrays: Arrays) -> None:
        self._low, self._width = arrays["low"], arrays["width"]
        self._feature, self._threshold = arrays["feature"], arrays["threshold"]
        self._reference, self._latest = arrays["reference_mass"].copy(), arrays["latest_mass"].copy()
        self._counts = arrays["counts"].copy()

    def scores(self, rows: Floats) -> Floats:
        """River's ``score_one`` of every row, in [0, 1]; 0 before the first whole window."""
        return score_rows(self._unit(rows), self._feature, self._threshold, self._reference, self._counts)

    def learn(self, rows: Floats) -> None:
        """River's ``learn_one`` of every row, in their order."""
        learn_rows(self._unit(rows), *self._state())

    def score_and_learn(self, rows: Floats) -> Floats:
        """Score and then learn, row by row."""
        return score_and_learn_rows(self._unit(rows), *self._state())

    def arrays(self) -> Arrays:
        """Trees, masses and where in the window it stands."""
        return {
            "low": self._low,
            "width": self._width,
            "feature": self._feature,
            "threshold": self._threshold,
            "reference_mass": self._reference.copy(),
            "latest_mass": self._latest.copy(),
            "counts": self._counts.copy(),
        }

    def _unit(self, rows: Floats) -> Floats:
        return (checked(rows, len(self._low)) - self._low) / self._width

    def _state(self) -> tuple[Any, ...]:
        return self._feature, self._threshold, self._reference, self._latest, self._counts


@lru_cache(maxsize=4)
def _drawn(columns: int, seed: int) -> tuple[Any, Any]:
    """Features and thresholds (trees × inner nodes, heap order) of the trees that River draws.

    They depend on no row, so refits share them.
    """
    from river.anomaly import HalfSpaceTrees as RiversTrees  # noqa: PLC0415 - seconds; only who fits pays

    drawn: Any = RiversTrees(n_trees=TREES, height=HEIGHT, window_size=WINDOW, seed=seed)
    drawn.learn_one(dict.fromkeys(range(columns), 0.0))
    features = np.zeros((TREES, 2**HEIGHT - 1), dtype=np.int32)
    thresholds = np.zeros((TREES, 2**HEIGHT - 1))
    for tree, root in enumerate(drawn.trees):
        level = [root]
        for node in range(2**HEIGHT - 1):
            branch = level[node]
            features[tree, node], thresholds[tree, node] = branch.feature, branch.threshold
            level.extend(branch.children)
    return features, thresholds
