"""What the platform publishes on ``privacy-requests``."""

from typing import Literal

import msgspec

from schemas.fields import EventMillis

Channel = Literal["push", "sms", "email"]


class PrivacyRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A customer's word on data and contact.

    ``consent`` states the channels on which the customer may be contacted (a channel left out keeps its state);
    ``erasure`` removes the profile.
    """

    request_id: str
    user_id: str
    kind: Literal["consent", "erasure"]
    occurred_at: EventMillis
    channels: dict[Channel, bool] = {}
