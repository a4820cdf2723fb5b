"""The champion of ``assess response`` on tables as strangers bring them, beside boosting and the constant."""

import numpy as np
import pytest

from streams.assess.amount import assess_amount
from streams.assess.losses import row_losses
from streams.assess.response import ResponseAssessment, assess_response
from streams.response.progressive.blend import Blend
from tests.making.moving_tables import MOVING
from tests.making.odd_tables import STEADY, Odd

pytestmark = pytest.mark.statistics
EXPERTS, ROWS = 12, 5_000


def assessed(odd: Odd) -> ResponseAssessment:
    """The assessment of a table whose labels are known at once, boosting refitted nine times."""
    drawn = odd.make(np.random.default_rng(0), odd.rows)
    refits = sorted({odd.rows * k // 10 for k in range(1, 10)} - {0})
    return assess_response(drawn.numbers, drawn.levels, drawn.labels, np.arange(odd.rows), refits)


@pytest.mark.exhaustive
@pytest.mark.parametrize("odd", STEADY.values(), ids=STEADY)
def test_where_the_truth_stays_it_is_behind_nobody(odd: Odd) -> None:
    """Within 0.02 nats of boosting fitted anew; in total at most ln(experts) + 1 behind the constant."""
    found = assessed(odd)
    champion = found.models["champion"]
    assert champion.log_loss <= found.models["batch"].log_loss + 0.02
    assert champion.against_constant[0] <= (np.log(EXPERTS) + 1.0) / found.scored


@pytest.mark.exhaustive
@pytest.mark.parametrize("odd", STEADY.values(), ids=STEADY)
def test_amounts_that_follow_the_same_truths_are_kept_up_with(odd: Odd) -> None:
    """RMSE at most 0.02 of the constant's behind boosting fitted anew, and at most 1 % behind the running mean."""
    rng = np.random.default_rng(5)
    drawn = odd.make(rng, odd.rows)
    amounts = 5.0 * np.log(drawn.chance / (1.0 - drawn.chance)).clip(-8.0, 8.0) + 5.0 * rng.normal(size=odd.rows)
    refits = sorted({odd.rows * k // 10 for k in range(1, 10)} - {0})
    models = assess_amount(drawn.numbers, drawn.levels, amounts, np.arange(odd.rows), refits).models
    constant = models["constant"].rmse
    assert models["champion"].rmse <= models["batch"].rmse + 0.02 * constant
    assert models["champion"].rmse <= (1.01 if odd.rows > 1_000 else 1.05) * constant


@pytest.mark.exhaustive
@pytest.mark.parametrize("odd", MOVING.values(), ids=MOVING)
def test_where_the_truth_moves_it_is_ahead_of_what_was_fitted_once(odd: Odd) -> None:
    """And never behind the constant by more than choosing costs."""
    found = assessed(odd)
    champion = found.models["champion"]
    assert champion.log_loss < found.models["batch_once"].log_loss
    assert champion.against_constant[0] <= (np.log(EXPERTS) + 1.0) / found.scored


def test_trees_tell_what_takes_two_columns_at_once() -> None:
    """Of two steps of which one counts the champion knows surely more than its experts without trees."""
    drawn = STEADY["xor_of_steps"].make(np.random.default_rng(0), ROWS)
    known, scored = np.arange(ROWS), slice(ROWS // 10, None)
    without = Blend(drawn.numbers, drawn.levels, drawn.labels, known).run().probability
    found = assess_response(drawn.numbers, drawn.levels, drawn.labels, known, [])
    assert found.models["champion"].log_loss < row_losses(drawn.labels, without)[scored].mean() - 0.02
