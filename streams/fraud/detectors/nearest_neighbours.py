"""Distance to the nearest neighbours (Ramaswamy et al. 2000) in several small samples (Aggarwal and Sathe 2015)."""

import numpy as np

from streams.arrays import Floats
from streams.fraud.detectors.detector import Arrays, checked
from streams.fraud.detectors.neighbour_kernel import nearest

NEIGHBOURS, SAMPLES, SIZE = 5, 8, 256
"""Small samples thin out clusters of anomalies, which hide each other in a large one; their mean is steady."""


def fit_nearest_neighbours(rows: Floats, seed: int) -> Arrays:
    """Eight samples of rows."""
    rng = np.random.default_rng(seed)
    size = min(SIZE, len(rows))
    drawn = [np.sort(rng.choice(len(rows), size, replace=False)) for _ in range(SAMPLES)]
    return {"samples": np.stack([rows[own] for own in drawn])}


class NearestNeighbours:
    """``samples`` (samples × size × columns)."""

    def __init__(self, arrays: Arrays) -> None:
        self._samples: Floats = np.ascontiguousarray(arrays["samples"])
        self._neighbours = min(NEIGHBOURS, self._samples.shape[1])

    def scores(self, rows: Floats) -> Floats:
        """Mean over the samples of the distance to the fifth neighbour, as of PyOD's ``KNN`` on each."""
        wanted = checked(rows, self._samples.shape[2])
        total = np.zeros(len(wanted))
        for sample in self._samples:
            total += nearest(sample, wanted, self._neighbours, False)[0][:, -1]
        return total / len(self._samples)

    def score_and_learn(self, rows: Floats) -> Floats:
        """As ``scores``: the samples stay."""
        return self.scores(rows)

    def arrays(self) -> Arrays:
        """The samples."""
        return {"samples": self._samples}
