"""The effect learner: a basis and two sums."""

from typing import Any, NamedTuple

import numpy as np

from streams.arrays import Floats, Ints
from streams.response.effect.basis import Basis
from streams.response.effect.shrinkage import weighed
from streams.response.effect.sums import Sums, nothing, regressors, sums_of

PART = 8_192
"""Rows whose functions are in memory at one time."""
STEEPEST = 35.0


class Given(NamedTuple):
    """Rows before their outcome: ``numbers`` (n × F), ``levels`` (n × C) and m(x) as ``logits`` (n).

    ``logits`` are log-odds of a progressive response model; where outcomes are numbers, its means.
    """

    numbers: Floats
    levels: Ints
    logits: Floats

    def take(self, rows: Ints | slice) -> "Given":
        """Some of the rows."""
        return Given(self.numbers[rows], self.levels[rows], self.logits[rows])


class EffectLearner:
    """Learns what a treatment z changes about an outcome, in one pass and without a step size; merges by adding.

    z has ``treatments`` coordinates (treated or not; or sent and depth of a discount). Restored from its arrays it
    goes on bit by bit as if never stopped.
    """

    def __init__(self, basis: Basis, treatments: int = 1, sums: Sums | None = None) -> None:
        self.basis, self.treatments = basis, treatments
        self.sums = sums or nothing(len(basis.blocks) * treatments)
        self._beta: Floats | None = None

    def learn(self, given: Given, treatment: Floats, expected: Floats, weights: Floats, residuals: Floats) -> None:
        """Rows with their outcomes: z and E z (n × Z); ``weights`` and ``residuals`` (n) as ``terms`` gives them."""
        for start in range(0, len(residuals), PART):
            rows = slice(start, start + PART)
            functions = self.basis.encode(*given.take(rows))
            own = regressors(treatment[rows], expected[rows], functions)
            self.sums = self.sums.plus(sums_of(own, weights[rows], residuals[rows]))
        self._beta = None

    def lifts(self, given: Given) -> Floats:
        """What one unit of each coordinate adds to the log-odds, or to the outcome in the residuals' unit; n × Z."""
        if self._beta is None:
            self._beta = weighed(self.sums, np.tile(self.basis.blocks, self.treatments)) if self.sums.rows else None
        beta = np.zeros(len(self.sums.score)) if self._beta is None else self._beta
        shape = (self.treatments, len(self.basis.blocks))
        parts = [given.take(slice(start, start + PART)) for start in range(0, len(given.logits), PART)]
        found = [self.basis.encode(*part) @ beta.reshape(shape).T for part in parts]
        return np.concatenate(found) if found else np.zeros((0, self.treatments))

    def merged(self, other: "EffectLearner") -> "EffectLearner":
        """What one learner would know that had seen the rows of both.

        Raises:
            ValueError: they stand on different bases.

        """
        same = all(np.array_equal(a, b, equal_nan=True) for a, b in zip(self.basis, other.basis, strict=True))
        if not same or self.treatments != other.treatments:
            raise ValueError("only learners on one basis can be merged")
        return EffectLearner(self.basis, self.treatments, self.sums.plus(other.sums))

    def arrays(self) -> dict[str, Floats | Ints]:
        """All it knows, as plain arrays by name."""
        counts = np.array([self.treatments, self.sums.rows], np.int64)
        own = {"information": self.sums.information, "score": self.sums.score, "counts": counts}
        return {name: array.copy() for name, array in (self.basis._asdict() | own).items()}

    @classmethod
    def restored(cls, arrays: dict[str, Any]) -> "EffectLearner":
        """The learner of these arrays."""
        treatments, rows = arrays["counts"].tolist()
        basis = Basis(**{name: arrays[name] for name in Basis._fields})
        sums = Sums(arrays["information"].astype(np.float64), arrays["score"].astype(np.float64), rows)
        return cls(basis, treatments, sums)


def terms(logits: Floats, labels: Floats) -> tuple[Floats, Floats]:
    """Weights m (1 − m) and residuals y − m of labels (0 or 1) that were given the log-odds ``logits`` beforehand."""
    chance = sigmoid(logits)
    return chance * (1.0 - chance), labels - chance


def uplift(logits: Floats, lifts: Floats, expected: Floats) -> Floats:
    """What treatment adds to the probability, ``logits`` being the log-odds at the ``expected`` treatment."""
    return sigmoid(logits + (1.0 - expected) * lifts) - sigmoid(logits - expected * lifts)


def sigmoid(logits: Floats) -> Floats:
    """1 / (1 + e^−logit), the logits clipped to ±35."""
    chance: Floats = 1.0 / (1.0 + np.exp(-np.clip(logits, -STEEPEST, STEEPEST)))
    return chance
