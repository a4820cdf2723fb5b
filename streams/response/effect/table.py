"""The effect learner over a whole table: progressive m(x) first, then the effect."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from streams.arrays import Floats, Ints
from streams.response.effect.basis import place
from streams.response.effect.learner import EffectLearner, Given, terms, uplift
from streams.response.effect.means import progressive_means, stages
from streams.response.progressive.blend import Blend

MOSTLY_NOTHING = 0.5
"""From this share of zeros on, money counts as bought or not times how much."""


class Experiment(NamedTuple):
    """``numbers`` (n × F), ``levels`` (n × C), ``treated`` (n, 0 or 1) and ``outcomes`` (n), in the order of time.

    ``propensity`` (n) is the chance of treatment; None where it was one constant, which is then estimated.
    """

    numbers: Floats
    levels: Ints
    treated: Floats
    outcomes: Floats
    propensity: Floats | None = None

    def take(self, rows: Ints) -> "Experiment":
        """Some of the rows."""
        return Experiment(*(None if column is None else column[rows] for column in self))  # type: ignore[arg-type]


def uplifts(experiment: Experiment, known: int, progress: Callable[[int], None] = lambda _: None) -> Floats:
    """What treatment adds to the outcome of the rows after the first ``known``, learned from these in one pass."""
    after = slice(known, len(experiment.treated))
    return _Learned(experiment, np.minimum(np.arange(after.stop), known), progress).uplifts(known, after)


def progressive_uplifts(experiment: Experiment, ready: Ints) -> Floats:
    """What treatment adds to the outcome of every row, by the rows whose outcome was known before it.

    ``ready`` (n, never falling, at most the row's own index) counts these. The sums are taken anew on a basis placed
    by them whenever half as many again are known; until the first 50 are, nothing is added.
    """
    learned, count = _Learned(experiment, ready, lambda _: None), len(ready)
    found = np.zeros(count)
    for start, stop in stages(count, count):
        found[start:stop] = learned.uplifts(int(ready[start]), slice(start, stop)) if ready[start] else 0.0
    return found


class _Learned:
    """m(x) of every row from the rows ``ready`` before it, and effects from any number of first rows."""

    def __init__(self, experiment: Experiment, ready: Ints, progress: Callable[[int], None]) -> None:
        self.experiment = experiment
        y = experiment.outcomes
        self.binary = bool(np.isin(y, (0.0, 1.0)).all())
        self.spending = not self.binary and bool((y >= 0.0).all()) and float((y == 0.0).mean()) >= MOSTLY_NOTHING
        self.labels = (y > 0.0).astype(np.float64)
        features = experiment.numbers, experiment.levels
        if self.binary or self.spending:
            chance = Blend(*features, self.labels, ready).run(progress).probability
            self.logits = np.log(chance / (1.0 - chance))
        else:
            self.logits = progressive_means(*features, y, ready)
        self.expected = expected(experiment, ready)

    def uplifts(self, known: int, asked: slice) -> Floats:
        """Of the rows ``asked``, from the first ``known``."""
        given = Given(self.experiment.numbers, self.experiment.levels, self.logits)
        learner = EffectLearner(place(*given.take(slice(known))))
        weights, residuals, scale = self._terms(known)
        z, e = self.experiment.treated[:known, None], self.expected[:known, None]
        learner.learn(given.take(slice(known)), z, e, weights, residuals)
        lifts = scale * learner.lifts(given.take(asked))[:, 0]
        if not (self.binary or self.spending):
            return lifts
        found = uplift(self.logits[asked], lifts, self.expected[asked])
        return found * self._amounts(known, asked) if self.spending else found

    def _terms(self, known: int) -> tuple[Floats, Floats, float]:
        """Weights, residuals, and what one unit of the lifts is: of numbers, the residuals' deviation."""
        if self.binary or self.spending:
            return *terms(self.logits[:known], self.labels[:known]), 1.0
        apart = self.experiment.outcomes[:known] - self.logits[:known]
        scale = float(apart.std()) or 1.0
        return np.ones(known), apart / scale, scale

    def _amounts(self, known: int, asked: slice) -> Floats:
        own, bought = self.experiment, self.labels[:known] > 0.0
        rows = np.r_[np.flatnonzero(bought), np.arange(asked.start, asked.stop)]
        count = int(bought.sum())
        ready = np.minimum(np.arange(len(rows)), count)
        means = progressive_means(own.numbers[rows], own.levels[rows], own.outcomes[rows], ready)
        return np.maximum(means[count:], 0.0)


def expected(experiment: Experiment, ready: Ints) -> Floats:
    """The propensity given, or the share treated among the rows known before (a half before the first)."""
    if experiment.propensity is not None:
        return experiment.propensity
    treated = np.concatenate([[0.0], np.cumsum(experiment.treated)])
    share: Floats = (treated[ready] + 0.5) / (ready + 1.0)
    return share
