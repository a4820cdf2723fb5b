"""Local outlier factor (Breunig et al. 2000): how much thinner it is around a row than around its neighbours."""

import numpy as np

from streams.arrays import Floats
from streams.fraud.detectors.detector import Arrays, checked
from streams.fraud.detectors.neighbour_kernel import nearest

NEIGHBOURS = 20
REFERENCE = 1_000
"""Rows that are kept to compare with: a subsample loses little and is not masked by clusters of anomalies."""
LEAST = 1e-10
"""Keeps the density of repeated rows finite; scikit-learn's constant."""


def fit_local_outlier_factor(rows: Floats, seed: int) -> Arrays:
    """A reference sample with its densities."""
    drawn = np.random.default_rng(seed).choice(len(rows), min(REFERENCE, len(rows)), replace=False)
    reference = np.ascontiguousarray(rows[np.sort(drawn)])
    distances, indices = nearest(reference, reference, min(NEIGHBOURS, len(reference) - 1), True)
    radius = distances[:, -1].copy()
    return {"reference": reference, "radius": radius, "density": _density(distances, radius[indices])}


class LocalOutlierFactor:
    """``reference`` (m × columns), ``radius`` (m, to the 20th neighbour), ``density`` (m)."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._neighbours = min(NEIGHBOURS, len(arrays["reference"]) - 1)

    def scores(self, rows: Floats) -> Floats:
        """The factors of new rows, above 0: scikit-learn's −``score_samples`` with novelty on the same reference."""
        reference: Floats = self._arrays["reference"]
        distances, indices = nearest(reference, checked(rows, reference.shape[1]), self._neighbours, False)
        own = _density(distances, self._arrays["radius"][indices])
        factors: Floats = (self._arrays["density"][indices] / own[:, None]).mean(axis=1)
        return factors

    def score_and_learn(self, rows: Floats) -> Floats:
        """As ``scores``: the reference stays."""
        return self.scores(rows)

    def arrays(self) -> Arrays:
        """Reference, radii and densities."""
        return self._arrays


def _density(distances: Floats, radii: Floats) -> Floats:
    """Local reachability density: 1 / mean of the larger of distance and the neighbour's own radius."""
    density: Floats = 1.0 / (np.maximum(distances, radii).mean(axis=1) + LEAST)
    return density
