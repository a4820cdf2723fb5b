"""What the platform publishes on ``browses``, ``clicks`` and ``purchases``: the shop's own JSON."""

from typing import Literal

import msgspec

from schemas.fields import EventId, EventMillis
from schemas.money import Money

EventType = Literal[
    "view", "search", "click", "favourite", "add_to_cart", "remove_from_cart", "review", "purchase", "refund"
]
Attribute = str | int | float | bool | None


class OrderLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of an order; ``price`` is that of one piece before coupons, None where the platform does not know it."""

    item_id: str
    quantity: int = 1
    price: Money | None = None
    category: str | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something a customer did. ``occurred_at`` is in milliseconds since 1970, UTC.

    One of ``user_id`` and ``anonymous_id`` is required; purchases and refunds need ``order_id`` and ``lines``.
    The same ``event_id`` from the same user is taken once, within the last 32 events of that user. Any type may come
    on any of the three topics, with any key; no order is promised between topics. A message over 256 KB is refused.
    ``referred_by`` is the ``user_id`` of who gave the referral or the coupon that is redeemed with this order.
    ``address_hash`` and ``payment_hash`` are the platform's keyed hashes: equal where the address, or the card, is.
    """

    event_id: EventId
    type: EventType
    occurred_at: EventMillis
    user_id: str | None = None
    anonymous_id: str | None = None
    session_id: str | None = None
    item_id: str | None = None
    category: str | None = None
    brand: str | None = None
    quantity: int = 1
    price: Money | None = None
    device_id: str | None = None
    address_hash: str | None = None
    order_id: str | None = None
    lines: tuple[OrderLine, ...] = ()
    coupon_code: str | None = None
    source: str = "unknown"
    attributes: dict[str, Attribute] = {}
    payment_hash: str | None = None
    referred_by: str | None = None
