"""What the platform told of a customer: coarse, and the newest word on each field holds."""

import msgspec

from schemas.records import AttributesTold

FIELDS = ("birthday", "locale", "zone", "tier", "region", "channels")


class Attributes(msgspec.Struct, array_like=True):
    """As of ``at`` (ms); empty texts, and None for ``channels``, are unknown. ``birthday`` is MM-DD."""

    at: int = 0
    birthday: str = ""
    locale: str = ""
    zone: str = ""
    tier: str = ""
    region: str = ""
    channels: tuple[str, ...] | None = None


def learn(known: Attributes | None, told: AttributesTold) -> Attributes:
    """What is known after a message; one that is older than the last adds only what nobody has told yet."""
    attributes = known or Attributes()
    newer = told.occurred_at >= attributes.at
    for field in FIELDS:
        value = getattr(told, field)
        if value is not None and (newer or not getattr(attributes, field)):
            setattr(attributes, field, value)
    attributes.at = max(attributes.at, told.occurred_at)
    return attributes
