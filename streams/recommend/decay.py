"""Decayed counts, kept forward (Cormode et al. 2009): an interaction touches only its own counters."""

import numpy as np

from streams.arrays import Floats

FURTHEST = 60.0
"""Half-lives from the landmark after which all counters are seen from a new one."""


class ForwardDecay:
    """The weight of a moment (s) seen from a ``landmark`` (1; NaN before the first), and the ``counts`` that it scales.

    Counts divided by the weight of now are decayed counts. Both arrays are changed in place.
    """

    def __init__(self, half_life: float, landmark: Floats, *counts: Floats) -> None:
        self._half_life = half_life
        self._landmark = landmark
        self._counts = counts

    def weight(self, at: float) -> float:
        """2^(half-lives since the landmark), between 2^−60 and 2^60; nothing is moved."""
        since = (at - float(self._landmark[0])) / self._half_life
        return 1.0 if np.isnan(since) else float(2.0 ** min(max(since, -FURTHEST), FURTHEST))

    def advance(self, at: float) -> float:
        """The weight with which to count what happens ``at``; the landmark moves there when it is far behind."""
        landmark = float(self._landmark[0])
        if np.isnan(landmark) or (at - landmark) / self._half_life >= FURTHEST:
            factor = 0.0 if np.isnan(landmark) else 2.0 ** ((landmark - at) / self._half_life)
            for counts in self._counts:
                np.multiply(counts, factor, out=counts)
            self._landmark[0] = at
        return self.weight(at)
