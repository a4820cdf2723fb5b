"""Fraud: alerts a person can read, the samples the detectors learn from, and who was seen with what."""

from typing import Literal

import msgspec

from schemas.fields import Millis, UserToken
from schemas.origins import Origin

EntityKind = Literal["device", "address", "payment", "referral"]
"""What accounts share; a ``referral`` is that of one account, had by those who redeemed it."""


class FraudAlert(msgspec.Struct, frozen=True, kw_only=True):
    """A customer whose calibrated risk passed the alert threshold, with reasons, strongest first."""

    alert_id: str
    origin: Origin
    user: UserToken
    at: Millis
    risk: float
    threshold: float
    reasons: tuple[str, ...]
    versions: dict[str, str] = {}


class FraudSample(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One row of fraud features, in catalogue order, as it was scored."""

    origin: Origin
    user: str
    at: int
    x: tuple[float, ...]
    catalogue: str
    risk: float


class EntitySighting(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A customer was seen with entities that are news: kind and a 63-bit hash of each, never its value.

    ``erased``: or the customer was erased, and nothing seen before counts any more.
    """

    origin: Origin
    user: str
    at: int
    seen: tuple[tuple[EntityKind, int], ...]
    erased: bool = False
