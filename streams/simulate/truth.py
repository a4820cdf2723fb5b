"""The truth: who the customers are, how likely they buy and click, and what a contact and its depth change.

All effects are on the logit scale: the logit of buying is base + contact + depth * share - fatigue * n, where
``share`` is the discount over the basket and ``n`` the messages of late (half-life 3 days).
"""

import math
from collections.abc import Mapping

import msgspec

from schemas.triggers import TriggerOffer

BASIS_POINTS = 10_000
FREE_SHIPPING_DEPTH = 0.04
FATIGUE_HALF_LIFE = 3 * 86_400.0


class CustomerType(msgspec.Struct, frozen=True, kw_only=True):
    """One type of customer. Probabilities are shares, effects and bases logits, ``depth`` per whole basket.

    ``cart_buys``/``browse_buys``: base of buying after a visit that left something in the cart, or did not.
    ``at_once``: share of the buyers who buy within the visit. ``consents``: share that allows each channel
    (push, sms, email). ``favourites``: per view; bargain hunters keep a list.
    """

    share: float
    visits_per_day: float
    views: float
    carts: float
    favourites: float
    cart_buys: float
    browse_buys: float
    at_once: float
    contact: float
    depth: float
    clicks: float
    click_depth: float
    fatigue: float
    unsubscribes: float
    refunds: float
    consents: tuple[float, float, float]
    abuses: bool = False


TYPES: dict[str, CustomerType] = {
    "window_shopper": CustomerType(
        share=0.38, visits_per_day=0.8, views=6.0, carts=0.25, favourites=0.05, cart_buys=-3.0, browse_buys=-5.0,
        at_once=0.3, contact=0.15, depth=1.5, clicks=-3.0, click_depth=2.0, fatigue=0.05, unsubscribes=0.01,
        refunds=0.04, consents=(0.8, 0.3, 0.4),
    ),
    "sure_buyer": CustomerType(
        share=0.20, visits_per_day=1.2, views=3.0, carts=0.7, favourites=0.03, cart_buys=1.6, browse_buys=-2.2,
        at_once=0.55, contact=0.05, depth=0.5, clicks=-2.4, click_depth=1.0, fatigue=0.03, unsubscribes=0.005,
        refunds=0.04, consents=(0.9, 0.6, 0.6),
    ),
    "persuadable": CustomerType(
        share=0.25, visits_per_day=1.0, views=5.0, carts=0.55, favourites=0.35, cart_buys=-1.8, browse_buys=-4.0,
        at_once=0.2, contact=0.4, depth=9.0, clicks=-0.8, click_depth=4.0, fatigue=0.08, unsubscribes=0.01,
        refunds=0.06, consents=(0.9, 0.5, 0.6),
    ),
    "averse": CustomerType(
        share=0.14, visits_per_day=0.9, views=4.0, carts=0.45, favourites=0.02, cart_buys=-0.4, browse_buys=-3.0,
        at_once=0.3, contact=-0.7, depth=0.5, clicks=-3.6, click_depth=0.5, fatigue=0.35, unsubscribes=0.08,
        refunds=0.05, consents=(0.5, 0.2, 0.3),
    ),
    "abuser": CustomerType(
        share=0.03, visits_per_day=4.0, views=0.7, carts=0.95, favourites=0.0, cart_buys=-0.5, browse_buys=-6.0,
        at_once=0.8, contact=0.2, depth=14.0, clicks=0.0, click_depth=3.0, fatigue=0.0, unsubscribes=0.0,
        refunds=0.6, consents=(1.0, 1.0, 1.0), abuses=True,
    ),
}  # fmt: skip


def sigmoid(logit: float) -> float:
    """The logistic function."""
    return 1.0 / (1.0 + math.exp(-logit))


def depth_of(offer: TriggerOffer | None, basket: int) -> float:
    """The discount as a share of a basket in minor units; 0 where the basket does not reach the minimum spend."""
    if offer is None or basket <= 0 or basket < offer.min_spend:
        return 0.0
    if offer.kind == "amount":
        return min(1.0, offer.value / basket)
    if offer.kind == "percent":
        off = basket * offer.value / BASIS_POINTS
        return (min(off, offer.cap) if offer.cap else off) / basket
    return FREE_SHIPPING_DEPTH if offer.kind == "free_shipping" else 0.0


class Truth:
    """True probabilities by type of customer."""

    def __init__(self, types: Mapping[str, CustomerType] = TYPES) -> None:
        self.types = types

    def effect(self, kind: str, depth: float, contacts: float = 0.0) -> float:
        """What a contact adds to the logit of buying, after ``contacts`` messages of late."""
        of = self.types[kind]
        return of.contact + of.depth * depth - of.fatigue * contacts

    def purchase(self, kind: str, *, cart: bool, effect: float = 0.0) -> float:
        """P(buy after a visit) under a contact's ``effect``; 0 is without contact."""
        of = self.types[kind]
        return sigmoid((of.cart_buys if cart else of.browse_buys) + effect)

    def click(self, kind: str, depth: float, contacts: float = 0.0) -> float:
        """P(click | delivered)."""
        of = self.types[kind]
        return sigmoid(of.clicks + of.click_depth * depth - of.fatigue * contacts)

    def unsubscribe(self, kind: str, contacts: float = 0.0) -> float:
        """P(unsubscribe | delivered, not clicked)."""
        return min(1.0, self.types[kind].unsubscribes * (1.0 + contacts))
