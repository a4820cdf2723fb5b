import numpy as np
import pytest

from streams.assess.balance import consequences
from streams.assess.policy import Asked, PolicyAssessment, assess_policy
from streams.assess.rewards import Decisions, cross_fitted
from streams.assess.targets import Target, always, greedy, marginal, uniform
from streams.measure.off_policy import Logged, estimate, inverse_propensity, support
from tests.making.decisions import Drawn, Logs, draw

ROWS = 8_000


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    """A log that draws every action with at least 6 %."""
    return draw(Logs(slope=1.0, floor=0.3, base=-1.5), ROWS, np.random.default_rng(3))


def decisions(drawn: Drawn) -> Decisions:
    """The log without users."""
    count = len(drawn.rewards)
    return Decisions(drawn.context, np.zeros((count, 0), np.int64), drawn.actions, drawn.rewards, np.arange(count))


def assessed(drawn: Drawn, target: Target) -> PolicyAssessment:
    """The assessment of a target on the log."""
    return assess_policy(Asked(decisions(drawn), drawn.propensities, target))


@pytest.mark.parametrize("name", ["uniform", "always", "greedy", "column"])
def test_every_kind_of_target_is_near_its_truth(drawn: Drawn, name: str) -> None:
    """All three estimates hold the value that the chances say, and their intervals are in order."""
    best = drawn.chances.argmax(axis=1)
    target, value = {
        "uniform": (uniform(drawn.actions), drawn.chances.mean()),
        "always": (always(drawn.actions, 3), drawn.chances[:, 3].mean()),
        "greedy": (greedy(drawn.actions, best), drawn.chances.max(axis=1).mean()),
        "column": (Target(np.full(ROWS, 0.2)), drawn.chances.mean()),
    }[name]
    found = assessed(drawn, target)
    assert not found.refused
    for own in found.estimates.values():
        assert own.value.low < own.value.value < own.value.high
        assert abs(own.value.value - value) < 4.0 * own.value.standard_error


def test_the_logging_policy_is_worth_what_it_earned(drawn: Drawn) -> None:
    """With the propensities as the target's own, weights are 1 and the gain is zero for certain."""
    found = assessed(drawn, Target(drawn.propensities))
    gain = found.estimates["ips"].gain
    assert (gain.value, gain.low, gain.high) == (0.0, 0.0, 0.0)
    assert found.support.effective_sample_size == pytest.approx(ROWS)


def test_where_refused_nothing_is_claimed() -> None:
    """A log of a hundred rows has its reasons and no estimate, and still says what was earned."""
    found = assessed(draw(Logs(), 100, np.random.default_rng(0)), Target(np.full(100, 0.2)))
    assert found.refused
    assert found.estimates == {}
    assert {"effective_sample_size", "weighted_conversions"} <= {refusal.rule for refusal in found.refusals}
    assert found.on_policy.low <= found.on_policy.value


def test_an_action_that_is_nowhere_counts_as_unsupported(drawn: Drawn) -> None:
    """A tenth of the target's choices are of no logged action."""
    chosen = np.where(np.arange(ROWS) % 10 == 0, -1, drawn.actions)
    found = assessed(drawn, greedy(drawn.actions, chosen))
    assert "unsupported_mass" in {refusal.rule for refusal in found.refusals}


def test_wrong_propensities_are_refused(drawn: Drawn) -> None:
    """Half of what they were: weights average 2."""
    halved = drawn._replace(propensities=drawn.propensities / 2.0)
    found = assessed(halved, uniform(drawn.actions))
    assert [refusal.rule for refusal in found.refusals] == ["mean_weight"]
    assert any("1/p does not sum up" in note for note in found.notes)


def test_a_consequence_of_the_action_is_known_by_its_imbalance(drawn: Drawn) -> None:
    """A column that the action made is told from those before it."""
    after = drawn.actions + np.random.default_rng(0).normal(size=ROWS)
    columns = np.column_stack([drawn.context, after])
    assert consequences(columns, drawn.actions, drawn.propensities).tolist() == [False, False, True]


def test_a_model_of_no_column_expects_the_action_s_mean(drawn: Drawn) -> None:
    """Without features boosting still knows the actions apart; seeded runs repeat and the input stays."""
    bare = decisions(drawn)._replace(numbers=np.zeros((ROWS, 0)))
    before = bare.actions.copy()
    target = uniform(drawn.actions)
    once, again = cross_fitted(bare, target), cross_fitted(bare, target)
    assert np.array_equal(once.of_target, again.of_target)
    assert np.array_equal(before, bare.actions)
    mean = np.mean([drawn.rewards[drawn.actions == action].mean() for action in range(5)])
    assert once.of_target.mean() == pytest.approx(mean, rel=0.05)


def test_the_marginal_target_weighs_one_on_average() -> None:
    """Leaving each row out of its own share keeps the weights unbiased, even with as many actions as half the rows."""
    rng = np.random.default_rng(0)
    means = []
    for _ in range(50):
        actions = np.unique(rng.integers(0, 500, 1_000), return_inverse=True)[1]
        means.append(float((marginal(actions.astype(np.int64)).logged * 500).mean()))
    assert np.mean(means) == pytest.approx(1.0, abs=0.02)


def test_users_widen_the_interval() -> None:
    """Rows that repeat a user's reward say no more than one; so do their intervals."""
    rng = np.random.default_rng(0)
    users = np.repeat(np.arange(500), 10)
    rewards = (rng.random(500) < 0.3).astype(np.float64)[users]
    alone, together = estimate(rewards, np.arange(5_000)), estimate(rewards, users)
    assert together.standard_error == pytest.approx(10**0.5 * alone.standard_error, rel=0.01)


def test_what_is_all_alike_has_no_interval() -> None:
    """No reward in ten rows does not prove that there is none; nor do nine users."""
    assert estimate(np.zeros(10), np.arange(10)).high == np.inf
    assert estimate(np.arange(90.0), np.arange(90) % 9).high == np.inf


def test_a_skewed_mean_is_bent_upwards() -> None:
    """Of rare rewards the upper side is longer, and the interval never reaches below zero."""
    rewards = np.zeros(2_000)
    rewards[:8] = 1.0
    found = estimate(rewards, np.arange(2_000))
    assert found.high - found.value > found.value - found.low
    assert found.low > 0.0


def test_support_counts_what_the_weights_leave() -> None:
    """Kish's sample size of equal weights is their number; conversions never exceed rewards that are not zero."""
    log = Logged(np.array([1.0, 0.0, 5.0, 0.0] * 10), np.ones(40), np.arange(40))
    found = support(log)
    assert found.effective_sample_size == pytest.approx(40.0)
    assert 0.0 < found.weighted_conversions <= 20.0
    assert found.unsupported_mass == 0.0
    assert inverse_propensity(log).mean() == 1.5
