"""The effect learner of ``assess uplift`` on experiments of known effect, beside boosting and ranking by response."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from agents.tables.experiments import ExperimentChoice, read_experiment
from agents.tables.rows import Selection
from streams.assess.uplift import Economics, assess_uplift
from streams.assess.uplift_results import ALL, BATCH, LOT, NONE, OURS, RESPONSE, UpliftAssessment
from streams.response.effect.table import Experiment
from tests.making import experiments
from tests.making.experiments import Drawn

ROWS, SPLITS = 10_000, 4
DATA = Path(os.environ.get("PROMO_DATA") or Path(__file__).parents[3] / "shared" / "data")
Make = Callable[[int], Drawn]
VARIED: dict[str, tuple[Make, float]] = {
    "heterogeneous": (experiments.heterogeneous, 0.9),
    "opposite": (experiments.opposite, 0.9),
    "stepped": (experiments.stepped, 0.75),
    "crossed": (experiments.crossed, 0.9),
    "categorical": (experiments.categorical, 0.9),
}


def assessed(drawn: Drawn, splits: int = SPLITS, *, value: float = 1.0, cost: float = 0.0) -> UpliftAssessment:
    """The assessment of a table, with its propensities where they are not one half."""
    count = len(drawn.treated)
    chance = None if (drawn.propensity == 0.5).all() else drawn.propensity
    experiment = Experiment(drawn.numbers, drawn.levels, drawn.treated, drawn.outcomes, chance)
    names = ([f"x{k}" for k in range(drawn.numbers.shape[1])], [f"c{k}" for k in range(drawn.levels.shape[1])])
    return assess_uplift(experiment, Economics(value, np.full(count, cost)), names, splits)


@pytest.mark.exhaustive
@pytest.mark.statistics
@pytest.mark.parametrize(("make", "least"), VARIED.values(), ids=VARIED)
def test_where_effects_differ_it_keeps_up_with_boosting(make: Make, least: float) -> None:
    """At least 0.9 of the T-learner's Qini on the same splits (0.75 of steps, which are trees), more than the lot's."""
    found = assessed(make(ROWS)).models
    assert found[OURS].qini.mean >= least * found[BATCH].qini.mean
    assert found[OURS].qini_less[LOT].mean > 0.0


@pytest.mark.statistics
def test_where_effect_and_response_are_opposite_response_ranking_loses() -> None:
    """Surely ahead of the ranking by response, which is worse than the lot."""
    found = assessed(experiments.opposite(ROWS))
    assert found.models[OURS].qini_less[RESPONSE].low > 0.0
    assert found.models[RESPONSE].qini.mean < 0.0
    assert found.policies[OURS].value_less[RESPONSE].low > 0.0
    assert found.policies[OURS].value_less[ALL].low > 0.0


@pytest.mark.statistics
@pytest.mark.parametrize("rows", [500, ROWS])
def test_where_there_is_no_effect_none_is_found(rows: int) -> None:
    """No interval excludes zero, and it is said that nothing is told apart."""
    found = assessed(experiments.without_effect(rows))
    assert found.models[OURS].qini.low <= 0.0 <= found.models[OURS].qini.high
    assert "the average effect is not told apart from none" in found.notes


@pytest.mark.statistics
def test_of_500_rows_nothing_is_claimed() -> None:
    """Whatever the figures are, the notes say that they support no claim."""
    assert any("support no claim" in note for note in assessed(experiments.heterogeneous(500)).notes)


@pytest.mark.statistics
def test_rare_outcomes_are_no_excuse() -> None:
    """At half a percent of outcomes it is not behind boosting, and better than the lot."""
    found = assessed(experiments.rare(5 * ROWS)).models
    assert found[OURS].qini.mean >= 0.9 * found[BATCH].qini.mean
    assert found[OURS].qini.mean > 0.0


@pytest.mark.exhaustive
@pytest.mark.statistics
def test_with_its_propensities_a_confounded_table_is_seen_right() -> None:
    """The average effect is the truth's within its interval, and the policy is surely better than treating all."""
    drawn = experiments.confounded(2 * ROWS)
    found = assessed(drawn)
    assert found.average_effect[1] <= drawn.effects.mean() <= found.average_effect[2]
    assert found.policies[OURS].value_less[ALL].low > 0.0


@pytest.mark.statistics
def test_a_policy_knows_its_costs() -> None:
    """Where treating costs more than it brings to most, few are treated, and treating all is worse than nothing."""
    found = assessed(experiments.opposite(2 * ROWS), value=10.0, cost=0.6)
    assert 0.05 < found.policies[OURS].treated_share < 0.6
    assert found.policies[ALL].value.mean < found.policies[NONE].value.mean < found.policies[OURS].value.mean


@pytest.mark.exhaustive
@pytest.mark.statistics
@pytest.mark.parametrize("make", [experiments.spending, experiments.measured])
def test_outcomes_that_are_numbers_are_ranked_too(make: Make) -> None:
    """Money and other numbers: ahead of the lot, and at least 0.9 of boosting."""
    found = assessed(make(2 * ROWS)).models
    assert found[OURS].qini.mean >= 0.9 * found[BATCH].qini.mean
    assert found[OURS].qini.mean > found[LOT].qini.mean


@pytest.mark.exhaustive
@pytest.mark.statistics
@pytest.mark.data
def test_hillstrom() -> None:
    """E-mail for women against none: 0.95 of boosting's Qini, and 1.5 · 10⁻³ more than the ranking by response."""
    file = DATA / "hillstrom.csv.gz"
    if not file.exists():
        pytest.skip(f"{file} is not here; put the public data sets there or set PROMO_DATA")
    choice = ExperimentChoice(
        "segment", "visit", "Womens E-Mail", "No E-Mail", selection=Selection(ignore=("conversion", "spend"))
    )
    read = read_experiment(file, choice)
    found = assess_uplift(read.experiment, Economics(1.0, read.cost), read.names, 6).models
    assert found[OURS].qini.mean >= 0.95 * found[BATCH].qini.mean
    assert found[OURS].qini_less[RESPONSE].mean >= 0.0015
