import numpy as np
import pytest

from streams.assess.uplift import Economics, assess_uplift, halves
from streams.assess.uplift_checks import claims, imbalances, later
from streams.assess.uplift_figures import (
    Judged,
    average_effect,
    over_splits,
    policy_value,
    qini,
    uplift_at,
)
from streams.assess.uplift_results import ALL, BATCH, MODELS, NONE, OURS
from streams.response.effect.table import Experiment
from tests.making import experiments
from tests.making.experiments import Drawn

CONFOUNDED = experiments.confounded(40_000)


def judged(drawn: Drawn, cost: float = 0.0) -> Judged:
    """All rows, weighed by their true propensities."""
    weights = np.where(drawn.treated > 0.0, 1.0 / drawn.propensity, 1.0 / (1.0 - drawn.propensity))
    return Judged(drawn.treated, drawn.outcomes, weights, drawn.outcomes, np.full(len(weights), cost))


def given(drawn: Drawn, *, propensity: bool = False) -> Experiment:
    """As a table says it."""
    chance = drawn.propensity if propensity else None
    return Experiment(drawn.numbers, drawn.levels, drawn.treated, drawn.outcomes, chance)


def lot() -> np.random.Generator:
    """For ties."""
    return np.random.default_rng(0)


def test_qini_is_the_area_between_curve_and_line() -> None:
    """By hand: eight rows of which the first, treated one is moved, ranked in their order."""
    treated = np.tile([1.0, 0.0], 4)
    outcomes = np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    rows = Judged(treated, outcomes, np.full(8, 2.0), outcomes, np.zeros(8))
    scores = np.arange(8.0)[::-1]
    share = np.arange(1, 9) / 8
    curve = share / np.array([1, 1, 2, 2, 3, 3, 4, 4])
    assert qini(rows, scores, lot()) == pytest.approx(np.mean(curve - share * 0.25))
    assert uplift_at(rows, scores, 0.25, lot()) == 1.0
    assert uplift_at(rows, scores, 1.0, lot()) == 0.25


def test_the_truth_ranks_best_and_its_opposite_worst() -> None:
    """Ranked by true effects the area is that of these effects, reversed it is about minus that, by lot about zero."""
    rows, effects = judged(CONFOUNDED), CONFOUNDED.effects
    order = np.argsort(-effects)
    share = np.arange(1, len(effects) + 1) / len(effects)
    truth = float(np.mean(np.cumsum(effects[order]) / len(effects) - share * effects.mean()))
    assert qini(rows, effects, lot()) == pytest.approx(truth, abs=0.006)
    assert qini(rows, -effects, lot()) == pytest.approx(-truth, abs=0.006)
    assert qini(rows, np.zeros(len(effects)), lot()) == pytest.approx(0.0, abs=0.006)


def test_weights_undo_how_rows_were_treated() -> None:
    """With the true propensities the average effect is the truth's; with one constant it is far off."""
    effect, low, high = average_effect(judged(CONFOUNDED))
    assert low <= CONFOUNDED.effects.mean() <= high
    plain = average_effect(judged(CONFOUNDED)._replace(weights=np.full(40_000, 2.0)))
    assert plain[0] > effect + 0.1


def test_a_policys_value_is_what_following_it_would_bring() -> None:
    """Worth less cost per 1,000 rows: of the truth's policy near its expectation, of nobody the control's mean."""
    rows, treat = judged(CONFOUNDED, 0.02), CONFOUNDED.effects > 0.02
    nobody = policy_value(rows, np.zeros(40_000, bool))
    gain = 1_000.0 * float(np.mean((CONFOUNDED.effects - 0.02) * treat))
    assert policy_value(rows, treat) - nobody == pytest.approx(gain, abs=12.0)
    free = policy_value(judged(CONFOUNDED), np.ones(40_000, bool))
    assert free - policy_value(rows, np.ones(40_000, bool)) == pytest.approx(20.0)


def test_intervals_over_half_splits_cover_the_truth() -> None:
    """A mean estimated on halves of 400 rows, twenty times: of 300 intervals about 95 % hold the true mean 0.1."""
    rng = np.random.default_rng(3)
    covered = []
    for _ in range(300):
        values = rng.normal(0.1, 1.0, size=400)
        found = over_splits(np.array([rng.permutation(values)[:200].mean() for _ in range(20)]))
        covered.append(found.low <= 0.1 <= found.high)
    assert 0.91 <= np.mean(covered) <= 0.99


def test_halves_are_halves_of_each_arm() -> None:
    """Together all rows, apart none twice, each in order, arms split evenly; another seed gives others."""
    treated = np.repeat([1.0, 0.0], [21, 400])
    fit, judge = halves(treated, 0)
    assert sorted([*fit, *judge]) == list(range(421))
    assert (np.diff(fit) > 0).all()
    assert abs(int(treated[fit].sum()) - int(treated[judge].sum())) == 1
    assert not np.array_equal(fit, halves(treated, 1)[0])


def test_all_figures_are_there() -> None:
    """Every model and policy has its figures beside every other's; runs repeat; tiny tables claim nothing."""
    drawn = experiments.heterogeneous(300)
    names = ([f"x{k}" for k in range(8)], list[str]())
    run = [assess_uplift(given(drawn), Economics(2.0, np.full(300, 0.1)), names, 3) for _ in range(2)]
    assert run[0] == run[1]
    assert set(run[0].models) == set(MODELS)
    assert set(run[0].policies) == {*MODELS, ALL, NONE}
    assert set(run[0].models[OURS].qini_less) == set(MODELS) - {OURS}
    assert run[0].policies[ALL].treated_share == 1.0
    assert any("support no claim" in note for note in run[0].notes)


def test_arms_that_were_not_drawn_by_lot_are_told() -> None:
    """Confounded arms are named with their columns; with their propensities, or fair, nothing is said."""
    names = ([f"x{k}" for k in range(6)], list[str]())
    assert "x0 by" in imbalances(given(CONFOUNDED), names)[0]
    assert imbalances(given(CONFOUNDED, propensity=True), names) == []
    assert imbalances(given(experiments.rare(20_000)), names) == []


def test_propensities_of_what_was_done_are_told() -> None:
    """Who gives the chance of what was done instead of the chance of treatment hears of it."""
    own = given(CONFOUNDED, propensity=True)
    done = np.where(own.treated > 0.0, CONFOUNDED.propensity, 1.0 - CONFOUNDED.propensity)
    notes = imbalances(own._replace(propensity=done), ([f"x{k}" for k in range(6)], []))
    assert any("chance of --treated in every row" in note for note in notes)


def test_what_came_after_the_outcome_is_told() -> None:
    """A column that nobody without the outcome has any of is named; others are not."""
    drawn = experiments.even(2_000)
    basket = np.where(drawn.outcomes > 0.0, 30.0, 0.0)
    own = given(drawn)._replace(numbers=np.column_stack([drawn.numbers, basket]))
    names = ([*(f"x{k}" for k in range(8)), "basket"], list[str]())
    assert [note.partition(":")[0] for note in later(own, names)] == ["basket"]


def test_few_outcomes_claim_nothing() -> None:
    """Under 200 in the smaller arm, an average effect around zero: both are said."""
    zero = over_splits(np.array([-1.0, 1.0]))
    notes = claims(given(experiments.without_effect(300)), (0.0, -1.0, 1.0), zero)
    assert [phrase in " ".join(notes) for phrase in ("no claim", "told apart from none", "by response")] == [True] * 3


def test_an_arm_that_is_always_the_same_has_no_ranking_but_figures() -> None:
    """No outcome at all, and no column at all: everything is zero and finite."""
    drawn = experiments.even(200)
    empty = Experiment(np.zeros((200, 0)), np.zeros((200, 0), np.int64), drawn.treated, np.zeros(200))
    found = assess_uplift(empty, Economics(1.0, np.zeros(200)), ([], []), 2)
    assert found.average_effect[0] == 0.0
    assert found.models[BATCH].qini.mean == 0.0
    assert found.policies[OURS].value.mean == 0.0
