"""The experts of amounts: each turns rows into something sparse and learns one weight per entry."""

from itertools import combinations
from typing import Protocol

import numpy as np

from streams.arrays import Floats, Ints
from streams.response.amount import kernels
from streams.response.progressive import kalman
from streams.response.progressive.experts import Encode
from streams.response.progressive.picked import Picked
from streams.response.progressive.rows import MOST, Part

INTERCEPT_PRIOR = 1e4
PAIR, CROSS_BITS, CROSS_RATE = 2, 20, 0.01
RESOLUTIONS = 3
SMEAR_KEEP, MOST_SMEAR = 0.9998, 20.0
CHANCE_PRIOR, CHANCE_INTERCEPT_PRIOR, MOST_LOGIT = 0.3, 4.0, 12.0
SHARE = 1e-6
FIRST = 0.5
"""The weight with which the running mean begins in the mixture; the others share the rest."""


class Expert(Protocol):
    """Predicts and learns a table of amounts part by part."""

    def advance(self, part: Part, offset: Floats) -> Floats:
        """Amounts of the part's predicted rows; ``offset`` (rows) is what stands before the expert's own say."""


class LeastSquares:
    """Bayesian linear regression, row by row: full covariance, one pass, no step size.

    ``prior`` is a weight's variance in units of the noise's; ``keep`` under 1 forgets. Source: Ljung and Söderström
    (1983), Theory and practice of recursive identification.
    """

    def __init__(self, encode: Encode, size: int, prior: float, keep: float = 1.0) -> None:
        self._encode, self._keep = encode, keep
        self._prior = np.full(size, prior)
        self._prior[0] = INTERCEPT_PRIOR
        self.mean, self._cov = np.zeros(size), np.diag(self._prior)

    def advance(self, part: Part, offset: Floats) -> Floats:
        """See ``Expert.advance``."""
        index, value = self._encode(part.rows)
        return self.learn(part, index, value, offset)

    def learn(self, part: Part, index: Ints, value: Floats, offset: Floats) -> Floats:
        """The same of rows that are encoded."""
        state = (self.mean, self._cov, self._prior, self._keep)
        return kernels.predict_and_learn(index, value, offset, part.labels, part.known, *state)


class Hurdle:
    """Whether there is an amount at all, times how large it is if there is: logistic, and linear in its logarithm.

    Amounts count as sign · log(1 + |y| / ``unit``); back on their own scale, they are multiplied by what labels were
    per prediction so far. Sources: Cragg (1971); Duan (1983), Smearing estimate. The table has ``rows``.
    """

    def __init__(self, encode: Encode, size: int, prior: float, unit: float, rows: int) -> None:
        self._encode, self._unit = encode, unit
        self._sized = LeastSquares(encode, size, prior)
        self._chances = np.full(size, CHANCE_PRIOR)
        self._chances[0] = CHANCE_INTERCEPT_PRIOR
        self._state = (np.zeros(size), np.diag(self._chances))
        self._sums, self._most = np.zeros(2), 0.0
        self._raw = np.zeros(rows)

    def advance(self, part: Part, offset: Floats) -> Floats:
        """See ``Expert.advance``; nothing stands before it."""
        index, value = self._encode(part.rows)
        there = (part.labels != 0.0).astype(np.float64)
        state = (*self._state, self._chances, 1.0)
        logits = kalman.predict_and_learn(index, value, 0.0 * offset, there, part.known, *state)
        logs = np.sign(part.labels) * np.log1p(np.abs(part.labels) / self._unit)
        self._most = max(self._most, float(np.abs(logs).max(initial=0.0)))
        sized = part._replace(labels=np.where(there > 0.0, logs, np.nan))
        said = np.clip(self._sized.learn(sized, index, value, 0.0 * offset), -self._most, self._most)
        chance = 1.0 / (1.0 + np.exp(-np.clip(logits, -MOST_LOGIT, MOST_LOGIT)))
        self._raw[part.predict] = chance * np.sign(said) * self._unit * np.expm1(np.abs(said))
        return kernels.rescale(self._raw[part.rows], part.labels, part.known, self._sums, SMEAR_KEEP, MOST_SMEAR)

    def look_back(self, known: int, start: int, labels: Floats) -> None:
        """Take the raw predictions of the newest rows before ``start``: what labels are per prediction begins there."""
        begin = max(known - MOST, 0)
        rows = Part(slice(begin, begin), slice(begin, start), np.zeros(start - begin, np.int64), labels[:0])
        self.advance(rows, np.zeros(start - begin))
        self._sums[:] = labels[begin:known].sum(), self._raw[begin:known].sum()


class Crosses:
    """A weight for every cell of ``order`` columns' bins, hashed; by AdaGrad (Duchi et al. 2011).

    Pairs at three resolutions (2, 4 and 8 bins a column), triples at the coarser two.
    """

    def __init__(self, columns: Picked, knots: list[Floats], scale: float, order: int = 2) -> None:
        self._columns, self._knots, self._scale = columns, knots, scale
        self._cells = np.array(list(combinations(range(columns.count), order)), dtype=np.int64)
        self._resolutions = RESOLUTIONS if order == PAIR else RESOLUTIONS - 1
        self._weights, self._squares = np.zeros(1 << CROSS_BITS), np.ones(1 << CROSS_BITS)

    def advance(self, part: Part, offset: Floats) -> Floats:
        """See ``Expert.advance``."""
        places = self._places(self._columns.bins(part.rows, self._knots, self._resolutions))
        labels, before = part.labels / self._scale, offset / self._scale
        state = (self._weights, self._squares, CROSS_RATE)
        return self._scale * kernels.predict_and_learn_crosses(places, before, labels, part.known, *state)

    def _places(self, bins: Ints) -> Ints:
        cell = np.arange(len(self._cells))[:, None] * self._resolutions + np.arange(self._resolutions)
        found = np.broadcast_to(cell * 1_000_003, (len(bins), *cell.shape))
        for which in self._cells.T:
            found = found * 31 + bins[:, which]
        places: Ints = (found * 2_654_435_761 >> 7) & ((1 << CROSS_BITS) - 1)
        return places.reshape(len(bins), -1)


class Mixture:
    """Predictions mixed by how well each expert has done; worse than the best, the first included, by little.

    Source: Herbster and Warmuth (1998), Tracking the best expert: ``SHARE`` of the weight goes round at each label.
    """

    def __init__(self, experts: int) -> None:
        self._weights = np.full(experts, (1.0 - FIRST) / max(experts - 1, 1))
        self._weights[0] = FIRST
        self._noise = np.zeros(2)

    @property
    def weights(self) -> list[float]:
        """What each expert counts now; their sum is 1."""
        return self._weights.tolist()

    def advance(self, part: Part, said: Floats) -> Floats:
        """Amounts of the part's predicted rows from the experts' (the part's rows × experts)."""
        return kernels.mix(said, part.labels, part.known, self._weights, self._noise, SHARE)
