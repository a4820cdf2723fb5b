"""Online K-means: mini-batches (Sculley 2010) that forget, begun anew where that explains a batch much better."""

import numpy as np

from streams.arrays import Floats, Ints
from streams.segments.centres import begun, inertia, nearest
from streams.segments.scaling import LEAST, Scaling
from streams.segments.segmenter import UNASSIGNED, Arrays, checked, filled

ALGORITHM = "k_means"
CLUSTERS = 6
BATCH = 256
KEPT = 0.9
"""Of every cluster's weight after a batch: it remembers about ten batches."""
ANEW = 0.75
"""A fresh start that leaves less than this share of the inertia replaces the centres. Without it the first customers
of a shop decide for ever: in a simulated shop the inertia then stayed at 1.6 times that of batch K-means."""


class Centres:
    """The form of K-means: ``centres`` (k × c) in the rows' own units, ``means`` and ``units`` (c) of the columns."""

    def __init__(self, arrays: Arrays) -> None:
        self._centres, self._means = arrays["centres"], arrays["means"]
        self._units = np.maximum(arrays["units"], LEAST)

    def assign(self, rows: Floats) -> Ints:
        """The nearest centre of each row in standard deviations; ``UNASSIGNED`` while there are no centres."""
        known = filled(checked(rows, len(self._means)), self._means)
        if not len(self._centres):
            return np.full(len(rows), UNASSIGNED, dtype=np.int64)
        return nearest(known / self._units, self._centres / self._units)

    def anchors(self) -> Floats:
        """The centres."""
        return self._centres

    def arrays(self) -> Arrays:
        """What ``Centres`` takes."""
        return {"centres": self._centres, "means": self._means, "units": self._units}


class KMeans:
    """K-means over a stream of rows; rows wait until a batch is full. See ``Segmenter``."""

    def __init__(self, columns: int, seed: int, clusters: int = CLUSTERS, batch: int = BATCH) -> None:
        self._clusters, self._seed, self._batch, self._batches = clusters, seed, batch, 0
        self._scaling = Scaling(columns)
        self._centres: Floats = np.zeros((0, columns))
        self._weights: Floats = np.zeros(0)
        self._waiting: list[Floats] = []

    def learn(self, rows: Floats) -> None:
        """See ``Segmenter.learn``."""
        for row in checked(rows, self._centres.shape[1]):
            self._waiting.append(row)
            if len(self._waiting) == self._batch:
                self._take(np.array(self._waiting))
                self._waiting = []

    def form(self) -> Centres:
        """See ``Segmenter.form``."""
        scaling = self._scaling
        return Centres({"centres": self._centres.copy(), "means": scaling.means, "units": scaling.units})

    def arrays(self) -> Arrays:
        """See ``Segmenter.arrays``."""
        return {
            "centres": self._centres.copy(),
            "weights": self._weights.copy(),
            "scaling": self._scaling.numbers.copy(),
            "waiting": np.array(self._waiting).reshape(len(self._waiting), self._centres.shape[1]),
            "settings": np.array([self._clusters, self._seed, self._batch, self._batches]),
        }

    @classmethod
    def restored(cls, arrays: Arrays) -> "KMeans":
        """The learner whose ``arrays`` these are."""
        clusters, seed, batch, batches = arrays["settings"].tolist()
        found = cls(arrays["centres"].shape[1], seed, clusters, batch)
        found._batches, found._centres, found._weights = batches, arrays["centres"].copy(), arrays["weights"].copy()
        found._scaling.numbers = arrays["scaling"].copy()
        found._waiting = list(arrays["waiting"].copy())
        return found

    def _take(self, batch: Floats) -> None:
        self._scaling.update(batch, KEPT)
        self._batches += 1
        units = self._scaling.units
        rows = filled(batch, self._scaling.means) / units
        fresh = begun(rows, self._clusters, np.random.default_rng([self._seed, self._batches]))
        if not len(self._centres) or inertia(rows, fresh) < ANEW * inertia(rows, self._centres / units):
            self._centres = fresh * units
            self._weights = np.bincount(nearest(rows, fresh), minlength=len(fresh)).astype(np.float64)
        else:
            self._follow(rows, units)

    def _follow(self, rows: Floats, units: Floats) -> None:
        """Each centre moves towards its rows by their share of its weight."""
        centres = self._centres / units
        labels = nearest(rows, centres)
        own = np.bincount(labels, minlength=len(centres)).astype(np.float64)
        self._weights = KEPT * self._weights + own
        for k in np.flatnonzero(own):
            centres[k] += own[k] / self._weights[k] * (rows[labels == k].mean(axis=0) - centres[k])
        self._centres = centres * units
