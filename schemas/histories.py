"""What an anonymous visitor's events told, as it is handed to the customer that the visitor turned out to be."""

import msgspec


class History(msgspec.Struct, frozen=True, array_like=True):
    """Counts, decayed weights and dates; nothing of contacts, consent and decisions, which stay where they were made.

    Times in ms, money in minor units; decayed weights have grown since ``landmark`` (see ``streams.profiles.user``).
    ``cart`` holds pieces and price per piece by item.
    """

    first_seen: int = 0
    last_seen: int = 0
    gap: int = 0
    events: int = 0
    landmark: int = 0
    views: float = 0.0
    clicks: float = 0.0
    carts: float = 0.0
    favourites: float = 0.0
    rate: float = 0.0
    session_started: int = 0
    session_events: int = 0
    sessions: int = 0
    session_items: dict[int, int] = {}
    session_categories: dict[int, int] = {}
    interests: dict[int, float] = {}
    brands: dict[int, float] | None = None
    times: int = 0
    places: int = 0
    cart: dict[int, tuple[int, int]] = {}
    cart_at: int = 0
    purchases: int = 0
    purchases_recent: float = 0.0
    last_purchase: int = 0
    interval: float = 0.0
    known_amounts: int = 0
    amounts: int = 0
    last_amount: int = 0
    refunds: int = 0
    refunded: int = 0
    coupons: int = 0
    coupons_recent: float = 0.0
    last_coupon: int = 0
    coupon_bits: int = 0
    choices: int = 0
    price_off: float = 0.0
    devices: tuple[int, ...] = ()
    bought: tuple[int, ...] = ()
