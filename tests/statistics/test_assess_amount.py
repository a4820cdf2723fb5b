"""The champion of ``assess amount`` on tables of known truth, beside boosting and the running mean."""

from collections.abc import Callable

import numpy as np
import pytest

from streams.assess.amount import AmountAssessment, assess_amount
from tests.making import amounts

pytestmark = pytest.mark.statistics

ROWS = 10_000
Make = Callable[[int], amounts.Drawn]
STATIONARY: dict[str, Make] = {
    "smooth": amounts.smooth,
    "bent": amounts.bent,
    "crossed": amounts.crossed,
    "categorical": amounts.categorical,
    "baskets": amounts.baskets,
    "spend": amounts.spend,
    "refunds": amounts.refunds,
}


def assessed(drawn: amounts.Drawn) -> AmountAssessment:
    """The assessment of a table whose labels are known at once, boosting refitted three times."""
    count = len(drawn.labels)
    refits = [count * k // 4 for k in range(1, 4)]
    return assess_amount(drawn.numbers, drawn.levels, drawn.labels, np.arange(count), refits)


@pytest.mark.parametrize("make", STATIONARY.values(), ids=STATIONARY)
def test_on_a_stationary_table_it_keeps_up_with_boosting(make: Make) -> None:
    """Within 4 % RMSE of boosting that is fitted anew, and not behind the running mean."""
    found = assessed(make(ROWS)).models
    assert found["champion"].rmse <= 1.04 * found["batch"].rmse
    assert found["champion"].rmse <= 1.001 * found["constant"].rmse


@pytest.mark.exhaustive
@pytest.mark.parametrize("make", [amounts.smooth, amounts.crossed, amounts.categorical, amounts.baskets])
def test_it_is_near_the_truth(make: Make) -> None:
    """Of the squared error that can be saved it saves three quarters."""
    drawn = make(ROWS)
    found = assessed(drawn).models
    scored = slice(ROWS // 10, None)
    possible = found["constant"].rmse ** 2 - np.mean((drawn.labels[scored] - drawn.expected[scored]) ** 2)
    assert -found["champion"].against_constant[0] >= 0.75 * possible


def test_on_a_drifting_table_it_leaves_behind_what_was_fitted() -> None:
    """Its RMSE is under two thirds of that of boosting fitted once, and ahead of what is fitted anew."""
    found = assessed(amounts.drifting(ROWS)).models
    assert found["champion"].rmse < 0.67 * found["batch_once"].rmse
    assert found["champion"].rmse < found["batch"].rmse


@pytest.mark.parametrize("rows", [500, ROWS])
def test_where_nothing_can_be_known_it_is_the_running_mean(rows: int) -> None:
    """Of amounts that no column knows it is at most 1 % worse, 2 % at five hundred rows."""
    for seed in range(3):
        found = assessed(amounts.noise(rows, seed)).models
        assert found["champion"].rmse <= (1.01 if rows == ROWS else 1.02) * found["constant"].rmse


def test_one_absurd_amount_does_not_spoil_the_rest() -> None:
    """After a single 1e9 rows are predicted as if it had not been; the running mean never recovers."""
    drawn = amounts.baskets(ROWS)
    drawn.labels[ROWS // 3] = 1e9
    found = assessed(drawn)
    later = found.over_time[5:]
    assert all(period.rmse["champion"] < 100.0 for period in later)
    assert all(period.rmse["constant"] > 10_000.0 for period in later)
    assert found.models["champion"].rmse <= found.models["constant"].rmse
    assert any("one row (1e+09) makes most of the squared error" in note for note in found.notes)
