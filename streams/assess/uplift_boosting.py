"""The batch T-learner: gradient boosting on the treated, gradient boosting on the others, and their difference.

Source: Künzel et al. (2019), Metalearners for estimating heterogeneous treatment effects.
"""

from typing import NamedTuple

import numpy as np

from streams.arrays import Floats
from streams.assess import boosting
from streams.assess.batch import best_amounts, best_chances, refitted
from streams.response.effect.table import Experiment

MOST = 250_000
"""Rows of one arm that boosting is fitted on: the first of a random order."""


class Arms(NamedTuple):
    """Expected outcomes (n) of the judged rows with and without treatment."""

    treated: Floats
    control: Floats

    @property
    def uplift(self) -> Floats:
        """Their difference."""
        return self.treated - self.control


def boosted_arms(experiment: Experiment, known: int, seed: int) -> Arms:
    """Expected outcomes of the rows after the first ``known``, from one boosting per arm fitted on these.

    Each is the best of three candidates on the last fifth of its arm; under 50 rows, or of one kind of outcome, the
    arm's mean.
    """
    table = boosting.rows(experiment.numbers, experiment.levels, experiment.outcomes)
    choose = best_chances if np.isin(table.labels, (0.0, 1.0)).all() else best_amounts
    rng = np.random.default_rng(seed)
    arms = []
    for arm in (1.0, 0.0):
        own = rng.permutation(np.flatnonzero(experiment.treated[:known] == arm))[:MOST]
        rows = np.concatenate([own, np.arange(known, len(table.labels))])
        part = boosting.Rows(table.values[rows], table.is_category, table.labels[rows])
        ready, starts, nobody = np.minimum(np.arange(len(rows)), len(own)), [len(own)], np.zeros(len(rows))
        arms.append(refitted(part, ready, starts, nobody, choose, seed)[len(own) :])
    return Arms(*arms)
