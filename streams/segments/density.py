"""Segments of any shape where customers stand close together: the typed adapter to scikit-learn's DBSCAN."""

from typing import Any

import numpy as np

from streams.arrays import Floats, Ints
from streams.segments.centres import distances
from streams.segments.scaling import Scaling
from streams.segments.segmenter import UNASSIGNED, Arrays, checked, filled

ALGORITHM = "dbscan"
MOST = 1024
"""Rows that are kept, the newest: distances between all of them are looked at."""
NEIGHBOURS = 12
REACH = 0.7
"""The share of the rows whose ``NEIGHBOURS``-th neighbour lies within the radius (Ester et al. 1996)."""
_LEAST = 1e-18
"""A radius where most rows are the same."""


class Cores:
    """The form: the ``cores`` (m × c) of all segments with their ``labels`` (m), the ``radius``, squared."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._scaled = arrays["cores"] / arrays["units"]
        self._radius = float(arrays["radius"][0])

    def assign(self, rows: Floats) -> Ints:
        """The segment of the nearest core within the radius, else ``UNASSIGNED``."""
        means, units = self._arrays["means"], self._arrays["units"]
        known = filled(checked(rows, len(means)), means) / units
        if not len(self._scaled) or not len(known):
            return np.full(len(known), UNASSIGNED, dtype=np.int64)
        apart = distances(known, self._scaled)
        labels = self._arrays["labels"][apart.argmin(axis=1)]
        return np.where(apart.min(axis=1) <= self._radius, labels, UNASSIGNED).astype(np.int64)

    def anchors(self) -> Floats:
        """Of each segment the core that is nearest to the mean of all its cores."""
        cores, labels = self._scaled, self._arrays["labels"]
        means = [cores[labels == k].mean(axis=0) for k in np.unique(labels)]
        inmost = [np.where(labels == k, distances(cores, m[None])[:, 0], np.inf).argmin() for k, m in enumerate(means)]
        found: Floats = self._arrays["cores"][np.array(inmost, dtype=np.int64)]
        return found

    def arrays(self) -> Arrays:
        """What ``Cores`` takes."""
        return self._arrays


class Density:
    """DBSCAN over the newest rows, fitted when it is asked. See ``Segmenter``."""

    def __init__(self, columns: int) -> None:
        self._rows: Floats = np.zeros((0, columns))

    def learn(self, rows: Floats) -> None:
        """See ``Segmenter.learn``."""
        self._rows = np.concatenate([self._rows, checked(rows, self._rows.shape[1])])[-MOST:]

    def form(self) -> Cores:
        """See ``Segmenter.form``."""
        scaling = Scaling(self._rows.shape[1])
        scaling.update(self._rows, 0.0)
        rows, means, units = filled(self._rows, scaling.means), scaling.means, scaling.units
        cores, labels, radius = _fitted(rows / units)
        found = {"cores": rows[cores], "labels": labels, "radius": np.array([radius]), "means": means, "units": units}
        return Cores(found)

    def arrays(self) -> Arrays:
        """See ``Segmenter.arrays``."""
        return {"rows": self._rows.copy()}

    @classmethod
    def restored(cls, arrays: Arrays) -> "Density":
        """The learner whose ``arrays`` these are."""
        found = cls(arrays["rows"].shape[1])
        found._rows = arrays["rows"].copy()
        return found


def _fitted(rows: Floats) -> tuple[Ints, Ints, float]:
    """Which rows are cores, their segments, the squared radius; no cores while there are too few rows."""
    nothing = np.zeros(0, dtype=np.int64)
    if len(rows) <= NEIGHBOURS:
        return nothing, nothing, 0.0
    from sklearn.cluster import DBSCAN  # noqa: PLC0415 - most of a second; only who fits pays

    apart = distances(rows, rows)
    nth = np.sort(np.partition(apart, NEIGHBOURS, axis=1)[:, NEIGHBOURS])
    radius = float(nth[int(REACH * (len(nth) - 1))])
    fitted: Any = DBSCAN(eps=radius or _LEAST, min_samples=NEIGHBOURS, metric="precomputed").fit(apart)
    cores = np.asarray(fitted.core_sample_indices_, dtype=np.int64)
    return cores, np.asarray(fitted.labels_[cores], dtype=np.int64), radius
