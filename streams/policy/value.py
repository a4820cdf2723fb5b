"""What each action is worth against none, in money (PROOF rule 10; λ is 0 as long as budgets are not supported)."""

import msgspec

from schemas.campaigns import Campaign, Offer
from schemas.privacy import Channel
from streams.catalogue.margins import Margin
from streams.response.effect.offer_effect import OfferEffect
from streams.response.prior_effects import lifted

MAX_ACTIONS = 8
BASIS_POINTS = 10_000


class Action(msgspec.Struct, frozen=True):
    """An offer on a channel with the parts of its value. ``offer`` None is *none*. Money in minor units.

    ``lift`` is what it adds to the logit of buying, ``prior_lift`` what the prior alone would add.
    """

    offer: Offer | None
    channel: Channel | None
    depth: float
    probability: float
    margin: float
    discount: float
    cost: int
    value: float
    lift: float = 0.0
    prior_lift: float = 0.0

    @property
    def name(self) -> str:
        """How records call it: ``off10/push``, ``none``."""
        return f"{self.offer.id}/{self.channel}" if self.offer else "none"


def discount_of(offer: Offer, amount: float) -> float:
    """What an offer takes off an order of ``amount`` (minor units)."""
    if offer.kind == "amount":
        return min(float(offer.value), amount)
    if offer.kind == "percent":
        off = amount * offer.value / BASIS_POINTS
        return min(off, float(offer.cap)) if offer.cap else off
    return 0.0


class Prospect(msgspec.Struct, frozen=True):
    """What a purchase would bring: its probability without a message, its expected amount (minor units).

    ``effect`` is what an offer changes about the probability, ``margin`` what stays of the amount.
    """

    probability: float
    amount: float
    effect: OfferEffect
    margin: Margin


def candidates(
    campaign: Campaign, channels: tuple[Channel, ...], prospect: Prospect, costs: dict[str, int]
) -> tuple[Action, ...]:
    """The actions in canonical order (offers, then channels, as the campaign lists them), *none* last.

    V(a) = p_a (M − D_a) − p_0 M − c with M the margin of an order, so the subsidy to sure buyers counts. Of more than
    eight actions the least valuable are left out.
    """
    margin = prospect.amount * prospect.margin.rate
    offered = [
        _valued(offer, channel, prospect, costs.get(channel, 0)) for offer in campaign.offers for channel in channels
    ]
    if len(offered) >= MAX_ACTIONS:
        ranked = sorted(range(len(offered)), key=lambda k: (-offered[k].value, k))[: MAX_ACTIONS - 1]
        offered = [offered[k] for k in sorted(ranked)]
    none = Action(None, None, 0.0, prospect.probability, prospect.probability * margin, 0.0, 0, 0.0)
    return (*offered, none)


def _valued(offer: Offer, channel: Channel, prospect: Prospect, cost: int) -> Action:
    applies = prospect.amount >= offer.min_spend
    discount = discount_of(offer, prospect.amount) if applies else 0.0
    depth = discount / prospect.amount if prospect.amount > 0 else 0.0
    lift, prior_lift = prospect.effect.here.lift(depth), prospect.effect.prior.lift(depth)
    probability = lifted(prospect.probability, lift)
    order_margin = prospect.amount * prospect.margin.rate
    margin = probability * order_margin
    redeemed = probability * discount
    value = margin - redeemed - prospect.probability * order_margin - cost
    return Action(offer, channel, depth, probability, margin, redeemed, cost, value, lift, prior_lift)
