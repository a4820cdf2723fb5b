"""The running calibration against known chances (PROOF §2): slope, expected error, and the way back from a drift."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest

from streams.arrays import Floats
from streams.learn.drift import DriftWatch
from streams.response.calibration import PlattScaling
from streams.response.progress import Progress

pytestmark = [pytest.mark.statistics, pytest.mark.exhaustive]

RUNS, LABELS, CHANGE = 20, 50_000, 25_000
BACK = 10_000
"""Labels after a drift by which calibration must be right again."""
BINS = 10
BASE = -2.5


class Model(NamedTuple):
    """How a model's log-odds hang on the true ones."""

    name: str
    logits: Callable[[Floats], Floats]


MODELS = (
    Model("too steep and too high", lambda true: 2.0 * true + 1.0),
    Model("too flat", lambda true: 0.5 * true - 1.0),
)
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
DRIFTS: dict[str, Callable[[Floats], Floats]] = {
    "the base rate doubles": lambda true: true + np.log(2.0),
    "customers become alike": lambda true: BASE + 0.6 * (true - BASE),
}


class Run(NamedTuple):
    """Per label: the true chance and the one predicted before the label, calibrated and as it came."""

    true: Floats
    calibrated: Floats
    raw: Floats

    def part(self, begin: int, end: int) -> "Run":
        """Some of the labels."""
        return Run(*(own[begin:end] for own in self))


def run(model: Model, seed: int, drift: Callable[[Floats], Floats] | None = None, forgets: bool = True) -> Run:
    """Labels of which the model never hears that their chances changed."""
    rng, platt, watch, progress = np.random.default_rng(seed), PlattScaling(), DriftWatch("purchase"), Progress()
    known = rng.normal(BASE, 1.0, LABELS)
    true = known.copy()
    if drift is not None:
        true[CHANGE:] = drift(true[CHANGE:])
    chances, said, logits = _sigmoid(true), np.empty(LABELS), model.logits(known)
    labels = (rng.random(LABELS) < chances).tolist()
    for place, (logit, label) in enumerate(zip(logits.tolist(), labels, strict=True)):
        said[place] = p = platt.predict(logit)
        if forgets and watch.judge(p, progress.base, label):
            platt.forget()
        progress.judge(p, label)
        platt.learn(logit, label)
    return Run(chances, said, _sigmoid(logits))


def _sigmoid(logits: Floats) -> Floats:
    odds: Floats = 1.0 / (1.0 + np.exp(-logits))
    return odds


def slope(true: Floats, said: Floats) -> float:
    """Of the logistic regression of what happens on predicted log-odds: 1 if neither too bold nor too timid."""
    x, beta = np.stack([np.ones(len(said)), np.log(said / (1.0 - said))], axis=1), np.array([0.0, 1.0])
    for _ in range(20):
        p = _sigmoid(x @ beta)
        beta = beta + np.linalg.solve((x * (p * (1.0 - p))[:, None]).T @ x, x.T @ (true - p))
    return float(beta[1])


def expected_error(true: Floats, said: Floats) -> float:
    """Mean distance of predicted and true chances over ten equal bins of what was predicted."""
    bins = np.array_split(np.argsort(said), BINS)
    return float(np.mean([abs(said[own].mean() - true[own].mean()) for own in bins]))


@every_model
def test_predictions_are_calibrated(model: Model) -> None:
    """After 5,000 labels: slope 0.9 to 1.1 and expected error ≤ 0.005 in all 20 runs; uncalibrated in none."""
    for seed in range(RUNS):
        late = run(model, seed).part(5_000, LABELS)
        assert 0.9 <= slope(late.true, late.calibrated) <= 1.1
        assert expected_error(late.true, late.calibrated) <= 0.005
        assert not 0.9 <= slope(late.true, late.raw) <= 1.1
        assert expected_error(late.true, late.raw) > 0.005


@every_model
@pytest.mark.parametrize("drift", DRIFTS)
def test_it_is_back_within_10000_labels_of_a_drift(model: Model, drift: str) -> None:
    """Thereafter slope and expected error are within bounds in 19 of 20 runs; in fewer if it does not forget."""
    runs = [run(model, seed, DRIFTS[drift]) for seed in range(RUNS)]
    lasting = [run(model, seed, DRIFTS[drift], forgets=False) for seed in range(RUNS)]
    assert sum(_is_right(one.part(CHANGE + BACK, LABELS)) for one in runs) >= RUNS - 1
    assert sum(_is_right(one.part(CHANGE + BACK, LABELS)) for one in lasting) < RUNS - 1
    just_after = [one.part(CHANGE, CHANGE + 500) for one in runs]
    assert np.mean([expected_error(one.true, one.calibrated) for one in just_after]) > 0.01


def _is_right(late: Run) -> bool:
    return 0.9 <= slope(late.true, late.calibrated) <= 1.1 and expected_error(late.true, late.calibrated) <= 0.005
