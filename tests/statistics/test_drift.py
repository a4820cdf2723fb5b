"""Drift of a model's errors: rarely found where there is none, found soon where there is (PROOF §2)."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pytest

from streams.arrays import Bools, Floats
from streams.features.catalogue import RESPONSE_ROW
from streams.learn.drift import DriftWatch
from streams.response.calibration import PlattScaling
from streams.response.learner import Learner
from streams.response.progress import Progress

pytestmark = [pytest.mark.statistics, pytest.mark.exhaustive]

RATES = (0.03, 0.1)
SPREAD = 1.0
"""Standard deviation of log-odds over customers."""
CHANGE, LATEST = 10_000, 5_000
"""Labels before the base rate doubles, and within how many more it must be found."""
WINDOW, SIGMAS = 500, 3.0
"""Of the control: a fixed window's labels, and the deviations from what was predicted that are an alarm."""


class Labels(NamedTuple):
    """True log-odds as a model has them that was right until the change, and what happened."""

    logits: Floats
    labels: Bools


def drawn(rate: float, count: int, change: int, seed: int) -> Labels:
    """Labels whose chances double at ``change``."""
    rng = np.random.default_rng(seed)
    logits = np.log(rate / (1.0 - rate)) - SPREAD**2 / 2.5 + rng.normal(0.0, SPREAD, count)
    chances = 1.0 / (1.0 + np.exp(-logits))
    chances[change:] = np.minimum(2.0 * chances[change:], 1.0)
    return Labels(logits, rng.random(count) < chances)


def watched(drawn: Labels) -> Iterator[tuple[int, float]]:
    """The place of every alarm, with what was predicted there; calibration learns on, and so hides the drift."""
    platt, progress, watch = PlattScaling(), Progress(), DriftWatch("purchase")
    for place, (logit, label) in enumerate(zip(drawn.logits.tolist(), drawn.labels.tolist(), strict=True)):
        p = platt.predict(logit)
        yield from ((place, p) for _ in watch.judge(p, progress.base, label))
        progress.judge(p, label)
        platt.learn(logit, label)


def three_sigma(drawn: Labels) -> list[int]:
    """The control's alarms: ends of windows in which more or fewer came than three deviations allow."""
    chances = (1.0 / (1.0 + np.exp(-drawn.logits))).reshape(-1, WINDOW)
    off = (drawn.labels.reshape(-1, WINDOW) - chances).sum(axis=1)
    wrong = np.abs(off) > SIGMAS * np.sqrt((chances * (1.0 - chances)).sum(axis=1))
    found: list[int] = ((np.flatnonzero(wrong) + 1) * WINDOW).tolist()
    return found


def found_in_time(places: Sequence[int]) -> bool:
    """An alarm within the labels after the change."""
    return any(CHANGE <= place < CHANGE + LATEST for place in places)


def test_at_most_one_false_alarm_in_a_million_labels() -> None:
    """80 runs of 50,000 labels of a calibrated model: 4 alarms of both inputs at most; the control raises more."""
    ours = control = 0
    for seed in range(80):
        run = drawn(RATES[seed % 2], 50_000, 50_000, seed)
        ours += len(list(watched(run)))
        control += len(three_sigma(run))
    assert ours <= 4, ours
    assert control > 4, control


@pytest.mark.parametrize("rate", RATES)
def test_a_doubled_base_rate_is_found_within_5000_labels(rate: float) -> None:
    """In 95 % of 60 runs, although the calibration learns all the time; and a run that stays as it was is no find."""
    runs = [drawn(rate, CHANGE + LATEST, CHANGE, 1_000 + seed) for seed in range(60)]
    still = [drawn(rate, CHANGE + LATEST, CHANGE + LATEST, 1_000 + seed) for seed in range(20)]
    assert np.mean([found_in_time([place for place, _ in watched(run)]) for run in runs]) >= 0.95
    assert not any(found_in_time([place for place, _ in watched(run)]) for run in still)


def test_the_model_that_learns_in_the_fold_is_watched_as_well() -> None:
    """Six runs of River's regression under its calibration, 3 %: none before the change, at least five found."""
    found, false = 0, 0
    for seed in range(6):
        places = list(_of_learner(seed))
        found += found_in_time(places)
        false += sum(place < CHANGE for place in places)
    assert (found >= 5, false) == (True, 0), (found, false)


def _of_learner(seed: int) -> Iterator[int]:
    rng = np.random.default_rng(seed)
    rows = rng.exponential(1.0, (CHANGE + LATEST, len(RESPONSE_ROW)))
    logits = (rows - 1.0) @ rng.normal(0.0, 0.2, len(RESPONSE_ROW)) + np.log(RATES[0] / (1.0 - RATES[0])) - 0.3
    chances = 1.0 / (1.0 + np.exp(-logits))
    chances[CHANGE:] = np.minimum(2.0 * chances[CHANGE:], 1.0)
    labels = (rng.random(len(rows)) < chances).tolist()
    learner, progress, watch = Learner(RESPONSE_ROW), Progress(), DriftWatch("purchase")
    for place, (row, label) in enumerate(zip(rows.tolist(), labels, strict=True)):
        p = learner.predict_one(row)
        yield from (place for _ in watch.judge(p, progress.base, label))
        progress.judge(p, label)
        learner.learn_one(row, label)
