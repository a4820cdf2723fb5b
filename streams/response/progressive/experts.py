"""The experts of the blend: each turns rows into something sparse and learns one weight per entry."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from streams.arrays import Floats, Ints
from streams.response.progressive import kalman, kernels
from streams.response.progressive.picked import Picked
from streams.response.progressive.rows import Part

INTERCEPT_PRIOR = 4.0
MOST_FULL = 400
"""Weights whose covariances fit into a processor's cache; a row takes their square."""
PAIR_BITS = 22
PAIR_RATE = 0.05
PAIR_DECAY = 1e-5
RESOLUTIONS = 3
SHARE = 1e-5

Encode = Callable[[Ints], tuple[Ints, Floats]]
"""Rows of a table as (entries' indices, entries' values), each rows × entries; the first entry is the intercept."""


class Expert(Protocol):
    """Predicts and learns a table part by part."""

    def advance(self, part: Part, offset: Floats) -> Floats:
        """Log-odds of the part's predicted rows; ``offset`` (rows) is what stands before the expert's own say."""


class Bayesian:
    """Logistic regression by an extended Kalman filter: full covariance, one pass, no step size.

    ``keep`` under 1 forgets: the posterior widens by 1/keep per label, never beyond the prior (variance per weight).
    Beyond ``MOST_FULL`` weights only their variances are kept. ``mean`` holds the weights. Sources: Fahrmeir (1992),
    Posterior mode estimation by extended Kalman filtering; the predictive moderation is MacKay's (1992).
    """

    def __init__(self, encode: Encode, size: int, prior: float, keep: float = 1.0) -> None:
        self._encode = encode
        self._prior = np.full(size, prior)
        self._prior[0] = INTERCEPT_PRIOR
        self.mean, self._keep = np.zeros(size), keep
        self._full = size <= MOST_FULL
        self._cov = np.diag(self._prior) if self._full else self._prior.copy()

    def advance(self, part: Part, offset: Floats) -> Floats:
        """See ``Expert.advance``."""
        index, value = self._encode(part.rows)
        state = (self.mean, self._cov, self._prior, self._keep)
        advance = kalman.predict_and_learn if self._full else kalman.predict_and_learn_apart
        return advance(index, value, offset, part.labels, part.known, *state)


class Pairs:
    """A weight for every pair of bins at three resolutions, hashed; by AdaGrad (Duchi et al. 2011)."""

    def __init__(self, columns: Picked, knots: list[Floats]) -> None:
        self._columns, self._knots = columns, knots
        self._weights, self._squares = np.zeros(1 << PAIR_BITS), np.ones(1 << PAIR_BITS)

    def advance(self, part: Part, offset: Floats) -> Floats:
        """See ``Expert.advance``."""
        bins = self._columns.bins(part.rows, self._knots, RESOLUTIONS)
        state = (self._weights, self._squares, PAIR_RATE, PAIR_DECAY)
        return kernels.predict_and_learn_pairs(bins, offset, part.labels, part.known, *state)


class BaseRate:
    """The rate of the labels known so far; with ``half_life`` (labels), of the recent ones."""

    def __init__(self, half_life: float = np.inf) -> None:
        self._keep = 0.5 ** (1.0 / half_life)
        self._state = np.array([0.5, 1.0])

    def advance(self, part: Part, offset: Floats) -> Floats:
        """See ``Expert.advance``."""
        del offset
        return kernels.rate(part.labels, part.known, self._state, self._keep)


class Mixture:
    """Probabilities mixed by how well each expert has done; worse than the best by little.

    Source: Herbster and Warmuth (1998), Tracking the best expert: ``SHARE`` of the weight goes round at each label.
    """

    def __init__(self, experts: int) -> None:
        self._weights = np.full(experts, 1.0 / experts)

    @property
    def weights(self) -> list[float]:
        """What each expert counts now; their sum is 1."""
        return self._weights.tolist()

    def advance(self, part: Part, logits: NDArray[np.float32]) -> Floats:
        """Probabilities of the part's predicted rows from the experts' log-odds (the part's rows × experts)."""
        return kernels.mix(logits.astype(np.float64), part.labels, part.known, self._weights, SHARE)
