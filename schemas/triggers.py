"""What the push, SMS and e-mail service consumes from ``promotion-triggers``."""

from typing import Literal

import msgspec

from schemas.fields import CampaignRef, Currency, Millis, MinorUnits, TriggerId, UserToken
from schemas.privacy import Channel

OfferKind = Literal["reminder", "amount", "percent", "free_shipping", "recommendation"]


class TriggerOffer(msgspec.Struct, frozen=True, kw_only=True):
    """The offer as the customer gets it: ``value`` in minor units (kind amount) or basis points (kind percent).

    ``min_spend`` is what the order must reach and ``cap`` the most a percentage may take off, both in minor units;
    0 means none. ``items`` limits the offer to these items; empty means all. ``items_model`` names the
    model that picked them, such as recommender@7; empty where they are what the customer looked at.
    """

    id: str
    kind: OfferKind
    value: int = 0
    currency: Currency
    min_spend: MinorUnits = 0
    items: tuple[str, ...] = ()
    cap: MinorUnits = 0
    items_model: str = ""


class Coupon(msgspec.Struct, frozen=True, kw_only=True):
    """A keyed, unguessable code: a secret, never to be logged."""

    code: str
    valid_until: Millis


class Trigger(msgspec.Struct, frozen=True, kw_only=True):
    """One message to send (``send``), to stop (``revoke``), or one that was held back by the brake (``withheld``).

    ``trigger_id`` leads back to the log record: epoch, partition, offset and number. ``once_key`` stays the same
    across epochs. A ``revoke`` carries the id of the trigger that it stops. The text is made from ``template``,
    ``locale`` and ``params``; no attempt may start at or after ``expires_at``. One id and kind never has two bodies.
    """

    kind: Literal["send", "revoke", "withheld"]
    trigger_id: TriggerId
    decision_id: TriggerId
    once_key: str
    user: UserToken
    campaign: CampaignRef
    channel: Channel
    decided_at: Millis
    expires_at: Millis
    locale: str = ""
    template: str = ""
    params: dict[str, str] = {}
    offer: TriggerOffer | None = None
    coupon: Coupon | None = None
    reasons: tuple[str, ...] = ()
