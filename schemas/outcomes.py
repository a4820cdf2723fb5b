"""What the delivery service reports on ``trigger-outcomes``."""

from typing import Literal

import msgspec

from schemas.fields import EventMillis, TriggerId, UserToken
from schemas.money import Money

OutcomeStatus = Literal[
    "accepted",
    "delivered",
    "failed",
    "expired",
    "suppressed",
    "revoked",
    "opened",
    "clicked",
    "dismissed",
    "unsubscribed",
    "complained",
]


class Outcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a trigger; ``user`` is the token as the trigger carried it.

    ``accepted`` within 60 s, then exactly one of delivered, failed, expired, revoked, suppressed; engagement (opened,
    clicked, dismissed, unsubscribed, complained) follows in any order. ``reason`` of a failure is the provider's, or
    ``unsupported`` for a kind of trigger that the service does not know; ``cost`` is what this message cost.
    """

    outcome_id: str
    trigger_id: TriggerId
    user: UserToken
    status: OutcomeStatus
    occurred_at: EventMillis
    reason: str | None = None
    retryable: bool = False
    cost: Money | None = None
    provider_id: str | None = None
