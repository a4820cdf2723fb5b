"""Isolation forest (Liu, Ting, Zhou 2008): global strangeness, whatever the scales; PyOD's, compiled."""

import numpy as np

from streams.arrays import Floats
from streams.fraud.detectors.detector import Arrays
from streams.fraud.fit import TREES, FittedForest
from streams.fraud.forest import IsolationForest

COLUMNS = "columns"


def fit_forest(rows: Floats, seed: int) -> Arrays:
    """The arrays of a PyOD forest of 100 trees, each grown on at most 256 of the rows."""
    return FittedForest(rows, seed, TREES).arrays() | {COLUMNS: np.array([rows.shape[1]], dtype=np.int64)}


class FastForest:
    """The compiled forest as a detector."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._forest = IsolationForest(arrays, int(arrays[COLUMNS][0]))

    def scores(self, rows: Floats) -> Floats:
        """PyOD's ``decision_function`` to 1e-12."""
        return self._forest.scores(rows)

    def score_and_learn(self, rows: Floats) -> Floats:
        """As ``scores``: a forest is fitted anew or not at all."""
        return self.scores(rows)

    def arrays(self) -> Arrays:
        """Nodes, roots, scale and training quantiles."""
        return self._arrays
