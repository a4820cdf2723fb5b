"""A checked campaign, as ``campaigns apply`` puts it on ``control`` and the fold holds it."""

from typing import Literal

import msgspec

from schemas.privacy import Channel
from schemas.triggers import OfferKind

CampaignState = Literal["draft", "shadow", "live", "paused", "ended"]
Operator = Literal["<", "<=", "==", "!=", ">=", ">", "in"]


class Condition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One structured condition: a leaf (feature, op, value) or one of ``all``, ``any``, ``not``.

    ``value`` is in the feature's own unit: money in minor units, labels as text.
    """

    feature: str = ""
    op: Operator = "=="
    value: float | str | tuple[str, ...] = 0.0
    all: tuple["Condition", ...] = ()
    any: tuple["Condition", ...] = ()
    negated: bool = False


class When(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What opens a decision point: an event type, or a timer ``wait`` ms after ``event`` unless one of ``unless``."""

    event: str
    wait: int = 0
    unless: tuple[str, ...] = ()
    where: Condition | None = None
    max_event_age: int = 900_000


class Offer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An offer: ``value`` in minor units (amount) or basis points (percent, capped at ``cap`` minor units)."""

    id: str
    kind: OfferKind
    value: int = 0
    min_spend: int = 0
    cap: int = 0


class RateLimit(msgspec.Struct, frozen=True):
    """At most ``count`` within any rolling ``window`` ms."""

    count: int
    window: int


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    """``holdout`` as a share; ``window`` in ms after the decision."""

    holdout: float
    metric: str
    window: int


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """Template and texts: locale → channel → text with ``{offer.value}`` fields."""

    template: str
    expires_after: int
    fallback_locale: str
    locales: dict[str, dict[str, str]]


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """One version of one campaign. Times in ms (``starts_at``/``ends_at`` UTC since 1970), money in minor units.

    ``kind`` picks the prior of the promotion's effect. ``margin_rate`` is the share of the price that stays as
    margin until item costs are known.
    """

    name: str
    version: int
    kind: str
    owner: str
    state: CampaignState
    currency: str
    starts_at: int
    ends_at: int
    when: When
    who: Condition | None
    offers: tuple[Offer, ...]
    channels: tuple[Channel, ...]
    per_user: RateLimit | None
    contact_policy: str
    max_fraud_risk: float
    experiment: Experiment
    content: Content
    margin_rate: float

    @property
    def ref(self) -> str:
        """How decisions name it: ``cart-rescue@4``."""
        return f"{self.name}@{self.version}"


class ContactPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Limits over all campaigns together: every one of ``limits`` must hold."""

    name: str
    limits: tuple[RateLimit, ...]
