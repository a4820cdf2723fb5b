"""What the platform publishes on ``customers``: coarse attributes, nothing that finds a person."""

from typing import Annotated, Literal

import msgspec

from schemas.fields import EventMillis
from schemas.privacy import Channel

Birthday = Annotated[str, msgspec.Meta(description="MM-DD; the year of YYYY-MM-DD is dropped before anything is kept.")]
Locale = Annotated[str, msgspec.Meta(description="Language, and script and region if they matter: en, zh-CN.")]
Zone = Annotated[str, msgspec.Meta(description="IANA time zone, such as Asia/Shanghai.")]
Tier = Annotated[str, msgspec.Meta(description="The shop's own name of a membership tier, at most 32 characters.")]
Region = Annotated[str, msgspec.Meta(description="ISO 3166: a country or a subdivision, CN or CN-31; nothing finer.")]


class Customer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``attributes``: what is known; a field left out keeps what was told before, an empty text takes it back.

    ``identity_linked``: ``anonymous_id`` is this customer, until it is linked to another; what its events told so far
    becomes the customer's at once, what they tell later when the session is over, each event once.

    ``channels`` are those on which the customer can be reached at all (has the app, gave a number); consent is
    another matter and comes on ``privacy-requests``.
    """

    message_id: str
    user_id: str
    kind: Literal["attributes", "identity_linked"]
    occurred_at: EventMillis
    anonymous_id: str | None = None
    birthday: Birthday | None = None
    locale: Locale | None = None
    zone: Zone | None = None
    tier: Tier | None = None
    region: Region | None = None
    channels: tuple[Channel, ...] | None = None
