from collections.abc import Callable

import numpy as np
import pytest

from streams.arrays import Floats
from streams.response.effect.means import progressive_means
from streams.response.effect.table import Experiment, expected, progressive_uplifts, uplifts
from tests.making import experiments
from tests.making.experiments import Drawn

ROWS = 1_200


def given(drawn: Drawn, outcomes: Floats | None = None) -> Experiment:
    """As a table says it: the truth left out."""
    return Experiment(drawn.numbers, drawn.levels, drawn.treated, drawn.outcomes if outcomes is None else outcomes)


@pytest.mark.parametrize("make", [experiments.heterogeneous, experiments.spending, experiments.measured])
def test_effects_come_from_known_outcomes_only(make: Callable[[int], Drawn]) -> None:
    """Another outcome where it is not known yet changes no effect before it, and none at all of rows fitted on."""
    drawn = make(ROWS)
    other = drawn.outcomes.copy()
    other[800:] = drawn.outcomes[800:][::-1]
    ready = np.maximum(np.arange(ROWS) - 100, 0)
    a, b = (progressive_uplifts(given(drawn, outcomes), ready) for outcomes in (drawn.outcomes, other))
    assert np.array_equal(a[:900], b[:900])
    assert np.array_equal(uplifts(given(drawn), 800), uplifts(given(drawn, other), 800))


def test_progressive_effects_find_who_is_moved() -> None:
    """Before the first outcomes nothing is added; of the later rows those moved most are told from the others."""
    drawn = experiments.opposite(8_000)
    found = progressive_uplifts(given(drawn), np.arange(8_000))
    assert not found[:50].any()
    assert np.corrcoef(found[4_000:], drawn.effects[4_000:])[0, 1] > 0.6


def test_the_propensity_is_the_share_treated_so_far() -> None:
    """One constant, from the rows known before each row; a column of propensities is taken as it is."""
    drawn = experiments.even(4)
    own = given(drawn)._replace(treated=np.array([1.0, 1.0, 0.0, 1.0]))
    assert np.allclose(expected(own, np.arange(4)), [0.5, 0.75, 2.5 / 3.0, 0.625])
    assert expected(own._replace(propensity=drawn.propensity), np.arange(4)) is drawn.propensity


def test_progressive_means_are_of_rows_before() -> None:
    """A number's mean follows its columns, and no later outcome changes an earlier row's mean."""
    drawn = experiments.measured(2_000)
    ready = np.arange(2_000)
    found = progressive_means(drawn.numbers, drawn.levels, drawn.outcomes, ready)
    assert np.corrcoef(found[500:], drawn.numbers[500:, 0])[0, 1] > 0.9
    other = np.where(ready < 1_000, drawn.outcomes, 0.0)
    assert np.array_equal(found[:1_000], progressive_means(drawn.numbers, drawn.levels, other, ready)[:1_000])


def test_money_that_most_never_spend_is_bought_or_not_times_how_much() -> None:
    """The effect on money is in money: its mean is near the truth's."""
    drawn = experiments.spending(20_000)
    found = uplifts(given(drawn), 10_000)
    assert 0.4 < found.mean() / drawn.effects[10_000:].mean() < 2.0
    assert np.corrcoef(found, drawn.effects[10_000:])[0, 1] > 0.5


def test_numbers_have_an_effect_in_their_own_unit() -> None:
    """Adding 0.3 + 0.8 x to a number of deviation 5 is found as that, with an error well under 0.8."""
    drawn = experiments.measured(20_000)
    found = uplifts(given(drawn), 10_000)
    assert np.sqrt(np.mean((found - drawn.effects[10_000:]) ** 2)) < 0.4
