"""Promotion of challengers against known truth (PROOF §2): seldom without reason, surely with one."""

from collections.abc import Callable, Sequence
from math import sqrt

import numpy as np
import pytest
from msgspec import structs

from schemas.closed_decisions import ClosedDecision, Stakes
from streams.measure.promotion import Evidence, level_of
from streams.policy.redraw import redraw, worth_more
from tests.making.closed import NOTHING
from tests.making.contests import COSTS, DEPTHS, EFFECT, EXPLORATION, FLOOR, RATE, SCALE, World, draws, looks, shown

pytestmark = pytest.mark.statistics

FULL, SHORT = (500, 50_000), (12, 50_000)
EQUAL, BETTER, MISLED = World(works=0.0), World(better=True), World(base=-2.0, misled=True, more=3.0)
Rule = Callable[[int, Evidence], bool]


def by_the_rule(k: int, evidence: Evidence) -> bool:
    """As learn promotes the k-th challenger."""
    return evidence.is_enough(level_of(k), valued=True)


def by_loss_alone(k: int, evidence: Evidence) -> bool:
    """Half of the rule."""
    return evidence.is_enough(level_of(k), valued=False)


def by_peeking(k: int, evidence: Evidence) -> bool:
    """A normal interval of 95 %, looked at again and again, for each challenger."""
    del k
    return evidence.lead > 1.645 * sqrt(evidence.lead_squares)


def first_promoted(world: World, size: int, seed: int, rules: Sequence[Rule]) -> list[int]:
    """By each rule the challenger (from 1) that would be promoted first; 0 for none."""
    found = [0] * len(rules)
    for evidence in looks(shown(world, size, seed)):
        for place, rule in enumerate(rules):
            ready = [k for k, one in enumerate(evidence, 1) if rule(k, one)]
            if ready and not found[place]:
                found[place] = max(ready, key=lambda k: evidence[k - 1].lead)
    return found


def shares(world: World, runs: int, size: int, rules: Sequence[Rule]) -> list[tuple[float, float]]:
    """By each rule the shares of runs in which any challenger is promoted, and in which it is the first one."""
    found = np.array([first_promoted(world, size, seed, rules) for seed in range(runs)])
    return [(float((own > 0).mean()), float((own == 1).mean())) for own in found.T]


def at_most(level: float, runs: int) -> float:
    """The share that chance allows at this level."""
    return level + 2.33 * sqrt(level * (1.0 - level) / runs)


@pytest.mark.parametrize(("runs", "size"), [SHORT, pytest.param(*FULL, marks=pytest.mark.exhaustive)])
def test_challengers_that_are_as_good_stay_challengers(runs: int, size: int) -> None:
    """Four of the same loss, a look every 500 decisions: one of them is promoted in at most 5 % of runs.

    The control, peeking at a normal interval, promotes one in more than 15 % of them.
    """
    (ours, _), (peeking, _) = shares(EQUAL, runs, size, (by_the_rule, by_peeking))
    assert ours <= at_most(0.05, runs), ours
    assert peeking > 0.15, peeking


@pytest.mark.parametrize(("runs", "size"), [SHORT, pytest.param(*FULL, marks=pytest.mark.exhaustive)])
def test_a_challenger_of_5_percent_lower_loss_is_promoted(runs: int, size: int) -> None:
    """Within 50,000 decisions in at least 90 % of runs; it, and none of the three that are only as good."""
    ((_, right),) = shares(BETTER, runs, size, (by_the_rule,))
    assert right >= 0.9, right


def test_five_percent_are_five_percent() -> None:
    """The better challenger's weighted loss under the champion's, over a million decisions; the others' are alike."""
    seen = shown(BETTER, 1_000_000, 7)
    losses = np.average(seen.losses, axis=0, weights=seen.weights)
    assert 0.045 <= 1.0 - losses[1] / losses[0] <= 0.055, losses
    assert np.abs(losses[2:] / losses[0] - 1.0).max() < 0.004, losses


@pytest.mark.parametrize("runs", [6, pytest.param(100, marks=pytest.mark.exhaustive)])
def test_one_that_predicts_better_and_decides_worse_stays_a_challenger(runs: int) -> None:
    """It knows who is likely to buy and gives them no discount, which would pay. By loss alone it is promoted."""
    (_, ours), (_, loss_alone) = shares(MISLED, runs, 50_000, (by_the_rule, by_loss_alone))
    assert ours <= at_most(0.05, runs), ours
    assert loss_alone >= 0.9, loss_alone


def test_all_at_once_is_what_the_fold_does_one_by_one() -> None:
    """Draws, doubly robust gains and sums of 300 decisions, each by the production's own functions."""
    seen = shown(BETTER, 300, 3)
    evidence = Evidence()
    for n in range(300):
        evidence.judge(seen.losses[n, 0], seen.losses[n, 1], seen.weights[n])
        evidence.judge_value(seen.gains[n, 0], seen.margins[n], bool(seen.bought[n]))
    (last,) = list(looks(seen, 300))
    assert np.allclose([*_numbers(evidence)], [*_numbers(last[0])], rtol=1e-9)


def test_the_draw_of_many_is_the_draw_of_one() -> None:
    """Propensities, margins and what another draw is worth more, for customers of all kinds."""
    for p, q, amount in ((0.02, 0.05, 8_000.0), (0.3, 0.9, 30_000.0), (0.9, 0.02, 500.0)):
        stakes = Stakes(
            amount, RATE, EFFECT.sent, EFFECT.depth, 0.0, SCALE, EXPLORATION, FLOOR, tuple(COSTS.astype(int).tolist())
        )
        made = _decision(stakes)
        before, after = redraw(made, stakes, p), redraw(made, stakes, q)
        many = [draws(np.array([one]), np.array([amount])) for one in (p, q)]
        assert np.allclose(before.chances, many[0][0][0], atol=1e-12)
        assert np.allclose(before.margins, many[0][1][0], atol=1e-9)
        more = many[1][0][0] - many[0][0][0]
        expected = (more * many[0][1][0]).sum() + more[0] / 0.5 * (900 - many[0][1][0][0])
        assert worth_more(made, before, after) == pytest.approx(expected, abs=1e-9)


def _decision(stakes: Stakes) -> ClosedDecision:
    return structs.replace(
        NOTHING,
        action=0,
        propensities=(0.5, 0.3, 0.2),
        depths=tuple(DEPTHS.tolist()),
        sent=(True, True, False),
        margin=900,
        stakes=stakes,
    )


def _numbers(evidence: Evidence) -> tuple[float, ...]:
    numbers: tuple[float, ...] = structs.astuple(evidence)
    return numbers
