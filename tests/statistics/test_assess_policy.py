"""Off-policy estimates on logs of known truth: coverage, error, and what is refused."""

from functools import cache
from math import sqrt

import numpy as np
import pytest

from streams.arrays import Floats
from streams.assess.policy import Asked, assess_policy
from streams.assess.refusals import broken_rules
from streams.assess.rewards import Decisions
from streams.assess.targets import uniform
from streams.measure.off_policy import Logged, doubly_robust, estimate, inverse_propensity, self_normalised, support
from tests.making.decisions import ACTIONS, Drawn, Logs, draw

pytestmark = pytest.mark.statistics

ROWS, TIMES = 20_000, 300
COVERED = 0.93
TOLERATED = 2.33 * sqrt(COVERED * (1.0 - COVERED) / TIMES)
GOOD = Logs()
NO_FLOOR = Logs(slope=4.0, floor=0.0)
BAD = {
    "no floor": NO_FLOOR,
    "an action never drawn": Logs(without=4),
    "rewards that change": Logs(late=0.8),
    "few rewards": Logs(base=-8.0),
    "far from the target": Logs(slope=9.0, floor=0.005),
}


@cache
def truth(logs: Logs) -> float:
    """The value of drawing uniformly, by the chances of a million rows."""
    return float(draw(logs, 1_000_000, np.random.default_rng(77)).chances.mean())


def logged(drawn: Drawn, users: int = 0) -> Logged:
    """The log as the estimators take it, for the uniform target."""
    count = len(drawn.rewards)
    return Logged(drawn.rewards, 1.0 / ACTIONS / drawn.propensities, np.arange(count) % (users or count))


def linear_rewards(drawn: Drawn) -> tuple[Floats, Floats]:
    """A least-squares reward model per action, each half by the other: of the logged action, and the mean of all."""
    design = np.column_stack([np.ones(len(drawn.rewards)), drawn.context])
    half = np.arange(len(drawn.rewards)) % 2
    expected = np.empty((len(half), ACTIONS))
    for own in (0, 1):
        for action in range(ACTIONS):
            train = (half != own) & (drawn.actions == action)
            weights = np.linalg.lstsq(design[train], drawn.rewards[train], rcond=None)[0]
            expected[half == own, action] = design[half == own] @ weights
    return expected[np.arange(len(half)), drawn.actions], expected.mean(axis=1)


@cache
def replicated(logs: Logs, times: int = TIMES) -> dict[str, Floats]:
    """By estimator: value, low and high of every replication (times × 3)."""
    found: dict[str, list[tuple[float, float, float]]] = {"ips": [], "snips": [], "doubly robust": []}
    for seed in range(times):
        drawn = draw(logs, ROWS, np.random.default_rng(seed))
        log = logged(drawn)
        scores = (inverse_propensity(log), self_normalised(log), doubly_robust(log, *linear_rewards(drawn)))
        for own, name in zip(scores, found, strict=True):
            figures = estimate(own, log.users)
            found[name].append((figures.value, figures.low, figures.high))
    return {name: np.array(own) for name, own in found.items()}


def coverage(figures: Floats, value: float) -> float:
    """Share of intervals that hold the value."""
    return float(((figures[:, 1] <= value) & (value <= figures[:, 2])).mean())


@pytest.mark.parametrize("name", ["ips", "snips", "doubly robust"])
def test_intervals_cover_the_truth(name: str) -> None:
    """At least 93 % of them, within what the number of replications can tell."""
    assert coverage(replicated(GOOD)[name], truth(GOOD)) >= COVERED - TOLERATED


def test_without_an_exploration_floor_they_do_not() -> None:
    """The control that must fail: where propensities come close to zero, under 93 % of all three cover."""
    found = replicated(NO_FLOOR, 100)
    assert max(coverage(own, truth(NO_FLOOR)) for own in found.values()) < COVERED


def test_doubly_robust_is_near() -> None:
    """Its median error is at most 7 % of the truth."""
    values = replicated(GOOD)["doubly robust"][:, 0]
    assert float(np.median(np.abs(values / truth(GOOD) - 1.0))) <= 0.07


@pytest.mark.parametrize("logs", BAD.values(), ids=BAD)
def test_a_bad_log_is_refused(logs: Logs) -> None:
    """Twenty of twenty of each kind."""
    drawn = [draw(logs, ROWS, np.random.default_rng(seed)) for seed in range(20)]
    assert all(broken_rules(support(logged(own))) for own in drawn)


def test_a_user_that_weighs_too_much_is_refused() -> None:
    """One of fifteen has more than a twentieth of the weight."""
    assert "largest_user_share" in {r.rule for r in broken_rules(support(logged(draw_one(), users=15)))}


def draw_one() -> Drawn:
    """A good log."""
    return draw(GOOD, ROWS, np.random.default_rng(1))


def test_a_good_log_is_not() -> None:
    """At most 2 of 100, the floor at a tenth."""
    drawn = [draw(GOOD, ROWS, np.random.default_rng(1_000 + seed)) for seed in range(100)]
    assert sum(bool(broken_rules(support(logged(own)))) for own in drawn) <= 2


@pytest.mark.exhaustive
def test_boosting_as_the_reward_model_covers_too() -> None:
    """Of 20 whole assessments at most one is refused, and at least 16 intervals hold the truth (at 93 %: p = 0.04)."""
    held = []
    for seed in range(20):
        drawn = draw(GOOD, ROWS, np.random.default_rng(3_000 + seed))
        levels = np.zeros((ROWS, 0), np.int64)
        decisions = Decisions(drawn.context, levels, drawn.actions, drawn.rewards, np.arange(ROWS))
        found = assess_policy(Asked(decisions, drawn.propensities, uniform(drawn.actions)))
        if not found.refused:
            interval = found.estimates["doubly_robust"].value
            held.append(interval.low <= truth(GOOD) <= interval.high)
    assert len(held) >= 19
    assert sum(held) >= 16
