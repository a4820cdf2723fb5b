"""What was decided and why: everything ``explain`` needs, and everything an off-policy estimate needs."""

from typing import Literal

import msgspec

from schemas.fields import CampaignRef, EventMillis, Millis, TriggerId, UserToken
from schemas.origins import Origin

DecisionResult = Literal["sent", "ghost", "none", "refused"]


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """A yes/no test with what it saw: ``value`` and ``threshold`` are readable texts, never secrets."""

    name: str
    passed: bool
    value: str
    threshold: str


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """An action (offer and channel, or *none*) with the parts of its value, in minor units, and its propensity.

    ``lift`` is what it adds to the log-odds of buying; ``prior_lift`` is what is assumed for the kind of campaign, the
    rest is learned.
    """

    action: str
    offer: str
    channel: str
    depth: float
    purchase_probability: float
    margin: float
    discount: float
    message_cost: float
    value: float
    propensity: float
    click_probability: float = 0.0
    lift: float = 0.0
    prior_lift: float = 0.0


class ItemCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """An item that a trigger might carry, with the score that the model gave it; a bundle's is a chance.

    ``held_back`` says why it may not be offered; what is neither offered nor held back was not good enough.
    """

    item: str
    score: float
    offered: bool
    held_back: str = ""


class OpenedBy(msgspec.Struct, frozen=True, kw_only=True):
    """What opened the decision point."""

    kind: Literal["event", "timer"]
    event_id: str
    type: str
    occurred_at: EventMillis


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One decision, *no action* and refusals included.

    ``result``: *sent*; *ghost*, drawn but held out; *none*, no action drawn; *refused*, a gate said no (the last of
    ``gates``). In ``mode`` *shadow* everything is decided and recorded, and no trigger is written: what would be
    sent is a *ghost*. Money is in minor units of ``currency``; ``price`` is λ, the budget price; ``scale`` is gamma of
    the draw in 1/minor units, ``exploration`` its ε and ``floor`` the least chance of *none*. ``features`` are the
    values the models saw, by catalogue name; ``versions`` names the models in force; ``learned_from`` counts the
    closed decisions that the effect of offers was learned from, 0 while it is assumed. ``pass_probability`` is the
    chance by which the fraud gate let it pass although it said no; 0 where it said yes. ``margin_rate`` is what stays
    of an order's price: less its cost for the share ``costs_known`` of it, else by the campaign's rate. ``items`` are
    the candidates for the items of a trigger, best first, where a model picked them. ``promostream explain`` reads all
    of it.
    """

    decision_id: TriggerId
    once_key: str
    origin: Origin
    user: UserToken
    campaign: CampaignRef
    decided_at: Millis
    opened_by: OpenedBy
    result: DecisionResult
    arm: Literal["treatment", "holdout"]
    gates: tuple[Gate, ...]
    candidates: tuple[Candidate, ...] = ()
    action: str = "none"
    propensity: float = 1.0
    uniform: float = 0.0
    scale: float = 0.0
    exploration: float = 0.0
    floor: float = 0.0
    price: float = 0.0
    risk: float = 0.0
    risk_reasons: tuple[str, ...] = ()
    versions: dict[str, str] = {}
    features: dict[str, float] = {}
    reasons: tuple[str, ...] = ()
    currency: str = ""
    mode: Literal["shadow", "live"] = "live"
    learned_from: int = 0
    pass_probability: float = 0.0
    margin_rate: float = 0.0
    costs_known: float = 0.0
    items: tuple[ItemCandidate, ...] = ()
