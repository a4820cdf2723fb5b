"""What customers do beside what the truth says, with and without contact."""

import math
from collections import Counter

import pytest

from schemas.codec import decode_json
from schemas.outcomes import Outcome
from schemas.topics import OUTCOMES
from schemas.triggers import Trigger, TriggerOffer
from streams.simulate.customers import Intent
from streams.simulate.settings import ShopSettings
from streams.simulate.shop import Shop
from streams.simulate.truth import TYPES, Truth, depth_of

DAY = 86_400_000
START = ShopSettings().start_ms
OFF20 = TriggerOffer(id="off20", kind="percent", value=2000, currency="CNY")
Z = 3.5


def contact(user: str, number: int, at: int, offer: TriggerOffer | None) -> Trigger:
    """A push message to one customer."""
    return Trigger(
        kind="send",
        trigger_id=f"e-0-{number}-0",
        decision_id=f"e-0-{number}-0",
        once_key=str(number),
        user=user,
        campaign="test@1",
        channel="push",
        decided_at=at,
        expires_at=at + DAY,
        offer=offer,
    )


def shop_of(kind: str, customers: int) -> Shop:
    """A shop of one type of customer whose messages all arrive."""
    settings = ShopSettings(seed=11, customers=customers, mix={kind: 1.0}, failures=0.0, hiccups=0.0)
    return Shop(settings, lambda user: user)


def deviation(observed: int, count: int, probability: float) -> float:
    """Standard errors between an observed count and its expectation."""
    return (observed - count * probability) / math.sqrt(count * probability * (1 - probability))


@pytest.mark.parametrize("kind", list(TYPES))
def test_without_contact_customers_buy_by_their_base(kind: str) -> None:
    """The share of visits with a cart that end in a purchase is the type's true base probability."""
    shop = shop_of(kind, 2000)
    shop.step(START + 2 * DAY)
    (intents,) = [n for of, n in shop.weighings.items() if of.cart]
    assert intents.count > 500
    assert abs(deviation(intents.bought, intents.count, shop.truth.purchase(kind, cart=True))) < Z


@pytest.mark.parametrize("kind", list(TYPES))
def test_contact_and_depth_change_purchases_by_the_true_effect(kind: str) -> None:
    """Whoever got 20 % off before the visit ended buys with the true probability under contact."""
    shop = shop_of(kind, 4000)
    for number, user in enumerate(shop.customers):
        shop.receive(contact(user, number, START, OFF20), START)
    shop.step(START + DAY)
    (intents,) = [n for of, n in shop.weighings.items() if of.cart and of.contacted]
    probability = shop.truth.purchase(kind, cart=True, effect=shop.truth.effect(kind, 0.2))
    assert intents.count > 500
    assert abs(deviation(intents.bought, intents.count, probability)) < Z


def test_a_message_after_the_visit_turns_the_share_that_the_effect_says() -> None:
    """Of customers who left a cart for good, 20 % off wins back (p1 - p0) / (1 - p0)."""
    shop = shop_of("persuadable", 3000)
    reached: dict[str, Intent] = {}
    for step in range(24 * 6):
        shop.step(START + step * DAY // (24 * 6))
        for user, customer in shop.customers.items():
            intent = customer.intent
            if user not in reached and customer.cart and intent is not None and intent.left and not intent.buys_at:
                reached[user] = intent
                shop.receive(contact(user, len(reached), shop.now, OFF20), shop.now)
    shop.step(shop.now + DAY // 24)
    base = shop.truth.purchase("persuadable", cart=True)
    turned = shop.truth.purchase("persuadable", cart=True, effect=shop.truth.effect("persuadable", 0.2))
    bought = sum(intent.buys_at > 0 for intent in reached.values())
    assert len(reached) > 500
    assert abs(deviation(bought, len(reached), (turned - base) / (1 - base))) < Z


def test_clicks_follow_the_truth() -> None:
    """Of the first messages to persuadables, the true share is clicked."""
    shop = shop_of("persuadable", 3000)
    for number, user in enumerate(shop.customers):
        shop.receive(contact(user, number, START, None), START)
    outcomes = [decode_json(m.value, Outcome) for m in shop.step(START + DAY) if m.topic == OUTCOMES]
    counts = Counter(outcome.status for outcome in outcomes)
    assert counts == shop.outcomes
    assert counts["accepted"] == counts["delivered"] == 3000
    assert abs(deviation(counts["clicked"], 3000, shop.truth.click("persuadable", 0.0))) < Z


def test_the_types_are_what_their_names_say() -> None:
    """Discounts win persuadables over, hardly move sure buyers, and messages drive the averse away."""
    truth = Truth()
    gain = {
        kind: truth.purchase(kind, cart=True, effect=truth.effect(kind, 0.1)) - truth.purchase(kind, cart=True)
        for kind in TYPES
    }
    assert gain["persuadable"] > 0.1 > gain["sure_buyer"] > 0 > gain["averse"]
    assert truth.effect("averse", 0.1, contacts=3.0) < truth.effect("averse", 0.1)


def test_depth_needs_the_minimum_spend() -> None:
    """A discount under its minimum spend has no depth; above it, depth is the discount over the basket."""
    offer = TriggerOffer(id="off10", kind="amount", value=1000, currency="CNY", min_spend=20000)
    assert depth_of(offer, 19999) == 0.0
    assert depth_of(offer, 20000) == 0.05
    assert depth_of(OFF20, 1) == 0.2
    assert depth_of(None, 20000) == 0.0


def test_a_cap_bounds_the_depth_of_a_percentage() -> None:
    """20 % of 500.00, at most 10.00 off, is 2 %."""
    capped = TriggerOffer(id="off20", kind="percent", value=2000, currency="CNY", cap=1000)
    assert depth_of(capped, 50_000) == 0.02
    assert depth_of(capped, 5000) == 0.2
