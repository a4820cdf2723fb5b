"""What the loop learns in a shop with known truth."""

from math import sqrt
from statistics import mean, stdev

import pytest

from streams.policy.windows import NOT_REACHED
from tests.making.logs import POLICIES
from tests.making.shop_runs import Run, run_shop

pytestmark = pytest.mark.statistics

SEEDS = range(5)
T_975 = 2.776
"""Student's t of a two-sided 95 % interval at four degrees of freedom."""


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    """Five shops of 700 customers over three weeks."""
    return [run_shop(seed, customers=700, days=21) for seed in SEEDS]


@pytest.mark.parametrize("name", ["purchase", "click"])
def test_a_model_beats_the_constant(runs: list[Run], name: str) -> None:
    """Progressive log loss of the second half, scored before learning: the 95 % interval over seeds is under zero."""
    differences = []
    for run in runs:
        half, end = run.halfway[name], run.system.response.progress()[name]
        model, constant = end.model_loss - half.model_loss, end.constant_loss - half.constant_loss
        differences.append((model - constant) / (end.count - half.count))
    half_width = T_975 * stdev(differences) / sqrt(len(runs))
    assert mean(differences) + half_width < 0, differences


def test_draws_follow_the_recorded_propensities(runs: list[Run]) -> None:
    """χ² over deciles of the drawn action's cumulative place: the recorded uniforms are uniform given propensities."""
    places = [0] * 10
    for run in runs:
        for decision in run.decisions:
            if decision.candidates:
                places[int(decision.uniform * 10)] += 1
    total = sum(places)
    assert total > 10_000
    chi_square = sum((n - total / 10) ** 2 / (total / 10) for n in places)
    assert chi_square < 27.88  # p = 0.001 at 9 degrees of freedom


def test_actions_are_as_frequent_as_their_propensities_say(runs: list[Run]) -> None:
    """For every action: Σ (1{drawn} − p) is within 3.5 standard deviations of Σ p (1 − p)."""
    sums: dict[str, list[float]] = {}
    for run in runs:
        for decision in run.decisions:
            for candidate in decision.candidates:
                of = sums.setdefault(candidate.action, [0.0, 0.0])
                of[0] += (candidate.action == decision.action) - candidate.propensity
                of[1] += candidate.propensity * (1 - candidate.propensity)
    assert len(sums) >= 5
    for action, (difference, variance) in sums.items():
        assert abs(difference) < 3.5 * sqrt(variance), action


def test_limits_are_never_passed(runs: list[Run]) -> None:
    """No customer is reached more often in any window than the contact policy allows.

    A message that did not reach the customer gives its place back, so only those that were not reported so count.
    """
    for run in runs:
        lost = {outcome.trigger_id for outcome in run.outcomes if outcome.status in NOT_REACHED}
        reached: dict[str, list[int]] = {}
        for trigger in run.triggers:
            if trigger.kind == "send" and trigger.trigger_id not in lost:
                reached.setdefault(trigger.user, []).append(trigger.decided_at)
        for limit in POLICIES[0].limits:
            assert max(most_within(moments, limit.window) for moments in reached.values()) == limit.count


def most_within(moments: list[int], window: int) -> int:
    """The largest number of moments in any window."""
    return max(sum(1 for other in moments if at <= other < at + window) for at in moments)


def test_holdouts_are_as_large_as_asked(runs: list[Run]) -> None:
    """20 % per campaign beside 5 % of the programme: 24 % of enrolled users, within four standard errors."""
    arms: dict[tuple[int, str, str], bool] = {}
    for seed, run in zip(SEEDS, runs, strict=True):
        for decision in run.decisions:
            if decision.result != "refused":
                arms[seed, decision.user, decision.campaign] = decision.arm == "holdout"
    share = mean(arms.values())
    assert abs(share - 0.24) < 4 * sqrt(0.24 * 0.76 / len(arms))
