"""What the platform told of a customer: coarse, and the newest word on each field holds."""

import msgspec

from schemas.records import AttributesTold

FIELDS = ("birthday", "locale", "zone", "tier", "region", "channels")


class Attributes(msgspec.Struct, array_like=True):
    """Empty texts, and None for ``channels``, are unknown. ``birthday`` is MM-DD; ``at`` (ms): each field's word."""

    at: dict[str, int] = {}
    birthday: str = ""
    locale: str = ""
    zone: str = ""
    tier: str = ""
    region: str = ""
    channels: tuple[str, ...] | None = None


def learn(known: Attributes | None, told: AttributesTold) -> Attributes:
    """What is known after a message, in whatever order messages arrive; of two of one moment the later one holds."""
    attributes, at = known or Attributes(), told.occurred_at
    for field in FIELDS:
        value = getattr(told, field)
        if value is not None and at >= attributes.at.get(field, 0):
            setattr(attributes, field, value)
            attributes.at[field] = at
    return attributes
