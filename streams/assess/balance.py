"""Whether a feature was known before the action: then, weighted by 1/p, every action's rows look alike."""

import numpy as np

from streams.arrays import Bools, Floats, Ints

SURE_Z = 5.0
LEAST_SAMPLE = 100.0
"""Effective rows of an action from which it is looked at."""
MOST_ACTIONS = 10
CLIP = 3.0
FREQUENT = 3
"""Levels of a category that are looked at."""


def consequences(values: Floats, actions: Ints, propensities: Floats) -> Bools:
    """For each column of ``values`` (n × F, NaN where missing): whether it surely depends on the action taken.

    An action's rows weighted by 1/p stand for all rows, so a column's weighted mean there is its mean, and so is the
    share of missing values. Source: Imai and Ratkovic (2014), Covariate balancing propensity score.
    """
    found = np.zeros(values.shape[1], dtype=bool)
    frequent = np.argsort(-np.bincount(actions), kind="stable")[:MOST_ACTIONS]
    parts = [np.flatnonzero(actions == action) for action in frequent]
    for k in range(values.shape[1]):
        missing = np.isnan(values[:, k])
        for form in (_standardised(values[:, k]), missing.astype(np.float64)):
            found[k] |= any(_unlike(form, own, propensities) for own in parts)
    return found


def level_consequences(levels: Ints, actions: Ints, propensities: Floats) -> Bools:
    """The same for categories (n × C), by their most frequent levels."""
    found = np.zeros(levels.shape[1], dtype=bool)
    for k in range(levels.shape[1]):
        frequent = np.argsort(-np.bincount(levels[:, k]), kind="stable")[:FREQUENT]
        indicators = (levels[:, [k]] == frequent).astype(np.float64)
        found[k] = bool(consequences(indicators, actions, propensities).any())
    return found


def _unlike(values: Floats, own: Ints, propensities: Floats) -> bool:
    weights = 1.0 / propensities[own]
    total = float(weights.sum())
    if total**2 < LEAST_SAMPLE * float((weights**2).sum()):
        return False
    apart = values[own] - float(values.mean())
    mean = float((weights * apart).sum()) / total
    within = float((weights**2 * (apart - mean) ** 2).sum()) / total**2
    error = np.sqrt(within + float(values.var()) / len(values))
    return abs(mean) > SURE_Z * float(error) + 1e-9


def _standardised(column: Floats) -> Floats:
    present = column[~np.isnan(column)]
    if not len(present):
        return np.zeros(len(column))
    centre, spread = float(np.median(present)), float(present.std())
    return np.nan_to_num(np.clip((column - centre) / spread, -CLIP, CLIP)) if spread > 0.0 else np.zeros(len(column))
