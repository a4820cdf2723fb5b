"""The value of actions in money."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from schemas.campaigns import Offer
from streams.catalogue.margins import Margin
from streams.policy.value import MAX_ACTIONS, Prospect, candidates, discount_of
from streams.response.effect.offer_effect import OfferEffect, assumed
from streams.response.prior_effects import Effect, lifted, prior
from tests.making.logs import CART

COSTS = {"push": 1, "sms": 5}
EFFECT = assumed(CART.kind)
MARGIN = Margin(0.3)


def test_none_comes_last_and_is_worth_nothing() -> None:
    """Offers × channels in the campaign's order."""
    actions = candidates(CART, ("push", "sms"), Prospect(0.03, 20_000.0, EFFECT, MARGIN), COSTS)
    assert [action.name for action in actions] == ["remind/push", "remind/sms", "off10/push", "off10/sms", "none"]
    assert actions[-1].value == 0.0


def test_the_value_by_hand() -> None:
    """p_a (M − D) − p_0 M − c: the subsidy to sure buyers counts."""
    off10 = candidates(CART, ("sms",), Prospect(0.5, 10_000.0, EFFECT, MARGIN), COSTS)[1]
    p = lifted(0.5, prior("cart_abandonment").lift(0.1))
    assert off10.value == pytest.approx(p * (3000 - 1000) - 0.5 * 3000 - 5)
    assert off10.discount == pytest.approx(p * 1000)


def test_what_sells_at_a_loss_is_not_worth_a_message() -> None:
    """Costs above the price make every lift a loss."""
    remind, off10, none = candidates(CART, ("push",), Prospect(0.1, 10_000.0, EFFECT, Margin(-0.2, 1.0)), COSTS)
    assert remind.value < 0 > off10.value
    assert none.margin == pytest.approx(0.1 * 10_000 * -0.2)


def test_what_was_learned_decides_and_what_was_assumed_is_kept_beside_it() -> None:
    """The learned effect of this customer makes the chance; the prior's own lift stands beside it for the record."""
    learned = OfferEffect(Effect(-0.3, 1.0), prior("cart_abandonment"), 500)
    remind, off10, none = candidates(CART, ("push",), Prospect(0.5, 10_000.0, learned, MARGIN), COSTS)
    assert (remind.lift, off10.lift, none.lift) == pytest.approx((-0.3, -0.2, 0.0))
    assert (remind.prior_lift, off10.prior_lift, none.prior_lift) == pytest.approx((0.12, 0.37, 0.0))
    assert remind.probability == pytest.approx(lifted(0.5, -0.3))
    assert remind.value < 0


def test_a_sure_buyer_gets_no_discount() -> None:
    """For somebody who buys anyway a discount only costs."""
    remind, off10, none = candidates(CART, ("push",), Prospect(0.95, 10_000.0, EFFECT, MARGIN), COSTS)
    assert off10.value < none.value
    assert off10.value < remind.value


def test_an_offer_below_its_minimum_spend_is_a_reminder() -> None:
    """It neither costs nor lifts more."""
    remind, off10, _ = candidates(CART, ("push",), Prospect(0.1, 4000.0, EFFECT, MARGIN), COSTS)
    assert off10.value == remind.value


@given(st.integers(0, 10**6), st.integers(0, 10_000), st.integers(0, 10**5), st.floats(0, 1e7))
def test_a_discount_is_never_more_than_the_order(value: int, percent: int, cap: int, amount: float) -> None:
    """Nor more than its cap."""
    assert discount_of(Offer(id="o", kind="amount", value=value), amount) <= amount
    off = discount_of(Offer(id="o", kind="percent", value=percent, cap=cap), amount)
    assert off <= amount
    assert not cap or off <= cap
    assert discount_of(Offer(id="o", kind="reminder", value=value, cap=cap), amount) == 0


def test_at_most_eight_actions_are_kept() -> None:
    """The least valuable go, the canonical order stays, none survives."""
    offers = tuple(Offer(id=f"o{k}", kind="amount", value=100 * k) for k in range(1, 7))
    actions = candidates(
        structs.replace(CART, offers=offers), ("push", "sms"), Prospect(0.1, 9000.0, EFFECT, MARGIN), COSTS
    )
    assert len(actions) == MAX_ACTIONS
    names = [action.name for action in actions]
    assert names == [*sorted(names[:-1]), "none"]
