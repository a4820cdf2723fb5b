"""Closed decisions drawn again by another model."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from schemas.closed_decisions import ClosedDecision, Stakes
from streams.policy.redraw import is_complete, redraw, worth_more
from streams.response.prior_effects import lifted
from streams.state import FoldSettings
from tests.making.closed import NOTHING
from tests.making.decided import CHANCE, closing_of, decided_with

STAKES = Stakes(20_000.0, 0.3, 0.3, 2.0, 0.1, 0.002, 0.1, 0.05, (1, 5, 0))
THREE = structs.replace(
    NOTHING, propensities=(0.2, 0.5, 0.3), depths=(0.0, 0.1, 0.0), sent=(True, True, False), stakes=STAKES
)


@given(p=st.floats(0.001, 0.999), kind=st.sampled_from(("learned", "assumed")))
def test_the_model_that_decided_draws_the_same_again(p: float, kind: str) -> None:
    """With its own P(buy) the recorded propensities and the margins of the record come out, to rounding."""
    made = decided_with(p, learned=kind == "learned")
    closing = closing_of(made)
    assert is_complete(closing)
    assert closing.stakes is not None
    again = redraw(closing, closing.stakes, p)
    assert again.chances == pytest.approx(closing.propensities, abs=1e-12)
    expected = [one.margin - one.discount - one.message_cost for one in made.decision.candidates]
    assert again.margins == pytest.approx(expected, abs=1e-9)


def test_stakes_hold_the_settings_of_the_draw() -> None:
    """What the draw was told stands in them, so that other settings later change nothing."""
    stakes, settings = closing_of(decided_with(CHANCE)).stakes, FoldSettings(coupon_key=bytes(32))
    assert stakes is not None
    assert (stakes.exploration, stakes.floor) == (settings.exploration, settings.none_floor)


@pytest.mark.parametrize("changes", [{"stakes": None}, {"depths": (0.0,)}, {"propensities": (1.0,)}, {"sent": ()}])
def test_what_does_not_fit_together_is_not_drawn_again(changes: dict[str, object]) -> None:
    """Older messages have no stakes; a foreign one may have any."""
    assert is_complete(THREE)
    assert not is_complete(structs.replace(THREE, **changes))


@given(p=st.floats(0.01, 0.99), q=st.floats(0.01, 0.99), truth=st.floats(0.01, 0.99))
def test_the_doubly_robust_difference_is_unbiased_whatever_the_models_say(p: float, q: float, truth: float) -> None:
    """Summed over all actions and outcomes with their chances it is the true difference of both policies' margins."""
    before, after = redraw(THREE, STAKES, p), redraw(THREE, STAKES, q)
    true = redraw(THREE, STAKES, truth).margins
    found = sum(
        chance * share * worth_more(_with(action, margin), before, after)
        for action, chance in enumerate(THREE.propensities)
        for share, margin in ((0.25, true[action] - 3.0), (0.75, true[action] + 1.0))
    )
    expected = sum((new - old) * margin for new, old, margin in zip(after.chances, before.chances, true, strict=True))
    assert found == pytest.approx(expected, abs=1e-6)


def test_the_same_model_is_worth_nothing_more() -> None:
    """Exactly, whatever happened."""
    drawn = redraw(THREE, STAKES, 0.2)
    assert [worth_more(_with(a, m), drawn, drawn) for a, m in product(range(3), (0, 9_000))] == [0.0] * 6


def test_a_likelier_buyer_is_offered_less() -> None:
    """The subsidy to sure buyers counts: with a high P(buy) none is drawn more often."""
    rare, sure = (redraw(THREE, STAKES, p).chances[-1] for p in (0.1, lifted(0.9, 2.0)))
    assert sure > rare


def _with(action: int, margin: float) -> ClosedDecision:
    return structs.replace(THREE, action=action, margin=margin)
