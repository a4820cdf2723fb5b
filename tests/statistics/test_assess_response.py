"""The champion of ``assess response`` on tables of known truth, beside boosting and the constant."""

from collections.abc import Callable

import numpy as np
import pytest

from streams.assess.response import ResponseAssessment, assess_response
from tests.making import tables

ROWS = 12_000
Make = Callable[[int], tables.Drawn]
STATIONARY: dict[str, Make] = {
    "smooth": tables.smooth,
    "bent": tables.bent,
    "crossed": tables.crossed,
    "categorical": tables.categorical,
    "wide": tables.wide,
}


def assessed(drawn: tables.Drawn) -> ResponseAssessment:
    """The assessment of a table whose labels are known at once, boosting refitted five times."""
    count = len(drawn.labels)
    refits = [count * k // 5 for k in range(1, 5)]
    return assess_response(drawn.numbers, drawn.levels, drawn.labels, np.arange(count), refits)


@pytest.mark.parametrize("make", STATIONARY.values(), ids=STATIONARY)
def test_on_a_stationary_table_it_keeps_up_with_boosting(make: Make) -> None:
    """Within 0.02 nats of boosting that is fitted anew, and surely better than the constant."""
    found = assessed(make(ROWS)).models
    assert found["champion"].log_loss <= found["batch"].log_loss + 0.02
    assert found["champion"].against_constant[2] < 0.0


def test_on_a_drifting_table_it_leaves_behind_what_was_fitted_once() -> None:
    """By far, and it is ahead of what is fitted anew as well."""
    found = assessed(tables.drifting(ROWS)).models
    assert found["champion"].log_loss < found["batch_once"].log_loss - 0.1
    assert found["champion"].log_loss < found["batch"].log_loss


@pytest.mark.parametrize("rows", [500, ROWS])
def test_where_nothing_can_be_known_it_is_the_constant(rows: int) -> None:
    """On labels that no column knows it loses at most (ln(experts) + 1) / rows to the base rate."""
    found = assessed(tables.noise(rows)).models
    assert found["champion"].log_loss <= found["constant"].log_loss + (np.log(10.0) + 1.0) / rows


def test_rare_positives_are_no_excuse() -> None:
    """At half a percent positives it is surely better than the constant."""
    assert assessed(tables.rare(4 * ROWS)).models["champion"].against_constant[2] < 0.0
