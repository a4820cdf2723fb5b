"""``assess uplift``: whom does a treatment move? The online effect learner beside boosting, response and chance."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from streams.arrays import Bools, Floats, Ints
from streams.assess.uplift_boosting import MOST, boosted_arms
from streams.assess.uplift_checks import claims, imbalances, later
from streams.assess.uplift_figures import SHARES, Judged, average_effect, policy_value, qini, uplift_at
from streams.assess.uplift_results import (
    ALL,
    BATCH,
    LOT,
    NONE,
    OURS,
    RESPONSE,
    Split,
    UpliftAssessment,
    policies,
    rankings,
)
from streams.response.effect.table import Experiment, uplifts

MOST_ROWS = 1_000_000
MANY_ROWS = 200_000
"""Beyond so many rows there are fewer splits, in proportion, but never fewer than ``FEWEST_SPLITS``."""
FEWEST_SPLITS = 5


class Economics(NamedTuple):
    """``value`` is what one outcome is worth, ``cost`` (n) what treating a row costs; in one unit of money."""

    value: float
    cost: Floats


def assess_uplift(
    experiment: Experiment,
    economics: Economics,
    names: tuple[list[str], list[str]],
    splits: int = 20,
    progress: Callable[[int], None] = lambda _: None,
) -> UpliftAssessment:
    """Fit on one random half, judge on the other, ``splits`` times with the seeds from 0 on.

    ``names`` are those of the numbers and of the levels. ``progress`` is told of every split done.
    """
    experiment, economics, notes = _capped(experiment, economics)
    count = len(experiment.treated)
    wanted = splits if count <= MANY_ROWS else min(splits, max(FEWEST_SPLITS, splits * MANY_ROWS // count))
    if wanted < splits:
        notes.append(f"{wanted} splits instead of {splits}, for there are {count:,} rows")
    arm = max(float(experiment.treated.sum()), float((1.0 - experiment.treated).sum())) / 2.0
    if arm > MOST:
        notes.append(f"boosting takes {MOST:,} rows of an arm, by lot")
    found = []
    for seed in range(wanted):
        found.append(_judged(experiment, economics, seed))
        progress(1)
    treated = experiment.treated > 0.0
    models = rankings(found)
    effect = average_effect(_rows(experiment, economics))
    notes += imbalances(experiment, names) + later(experiment, names)
    notes += claims(experiment, effect, models[OURS].qini_less[RESPONSE])
    return UpliftAssessment(
        rows=count,
        treated=int(treated.sum()),
        control=int((~treated).sum()),
        mean_outcome={
            "treated": float(experiment.outcomes[treated].mean()),
            "control": float(experiment.outcomes[~treated].mean()),
        },
        average_effect=effect,
        splits=wanted,
        models=models,
        policies=policies(found),
        notes=notes,
    )


def halves(treated: Floats, seed: int) -> tuple[Ints, Ints]:
    """Two halves of the rows, each in the rows' order and with half of each arm."""
    rng = np.random.default_rng(seed)
    arms = [rng.permutation(np.flatnonzero(treated == arm)) for arm in (0.0, 1.0)]
    first = np.sort(np.concatenate([arm[: (len(arm) + seed % 2) // 2] for arm in arms]))
    return first, np.setdiff1d(np.arange(len(treated)), first)


def _capped(experiment: Experiment, economics: Economics) -> tuple[Experiment, Economics, list[str]]:
    count = len(experiment.treated)
    if count <= MOST_ROWS:
        return experiment, economics, []
    rows = np.sort(np.random.default_rng(0).permutation(count)[:MOST_ROWS])
    told = [f"{MOST_ROWS:,} of the {count:,} rows were taken, by lot"]
    return experiment.take(rows), Economics(economics.value, economics.cost[rows]), told


def _judged(experiment: Experiment, economics: Economics, seed: int) -> Split:
    fit, judge = halves(experiment.treated, seed)
    both, known = experiment.take(np.concatenate([fit, judge])), len(fit)
    rows = _rows(experiment.take(judge), Economics(economics.value, economics.cost[judge]))
    arms = boosted_arms(both, known, seed)
    rng = np.random.default_rng(seed)
    lot = rng.random(len(judge))
    scores = {OURS: uplifts(both, known), BATCH: arms.uplift, RESPONSE: arms.treated, LOT: lot}
    treat = _treated(scores, economics.value, rows.cost)
    return Split(
        qini={name: qini(rows, own, rng) for name, own in scores.items()},
        uplift_at={
            name: {shown: uplift_at(rows, own, share, rng) for shown, share in SHARES.items()}
            for name, own in scores.items()
        },
        value={name: policy_value(rows, own) for name, own in treat.items()},
        share={name: float(own.mean()) for name, own in treat.items()},
    )


def _rows(experiment: Experiment, economics: Economics) -> Judged:
    treated = experiment.treated
    chance = np.full(len(treated), treated.mean()) if experiment.propensity is None else experiment.propensity
    weights = np.where(treated > 0.0, 1.0 / chance, 1.0 / (1.0 - chance))
    outcomes = experiment.outcomes
    return Judged(treated, outcomes, weights, economics.value * outcomes, economics.cost)


def _treated(scores: dict[str, Floats], value: float, cost: Floats) -> dict[str, Bools]:
    chosen = {name: np.asarray(value * scores[name] > cost) for name in (OURS, BATCH)}
    many = int(chosen[OURS].sum())
    for name in (RESPONSE, LOT):
        chosen[name] = np.zeros(len(cost), bool)
        chosen[name][np.argsort(-scores[name], kind="stable")[:many]] = True
    return chosen | {ALL: np.ones(len(cost), bool), NONE: np.zeros(len(cost), bool)}
