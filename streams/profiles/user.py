"""The record of one user. Every collection is capped; floats are always floats, so that encoding repeats."""

from functools import lru_cache
from typing import Any

import msgspec

from schemas.campaigns import Offer
from schemas.closed_decisions import Stakes
from schemas.fraud import EntityKind
from streams.ids import short_hash
from streams.profiles.attributes import Attributes

MAX_RECENT = 32
MAX_INTERESTS = 8
MAX_BRANDS = 4
MAX_CART_LINES = 32
MAX_SESSION_KEYS = 16
MAX_DEVICES = 8
MAX_BOUGHT = 5
MAX_SIGHTED = 10
MAX_CONTACTS = 32
MAX_OPEN = 6
MAX_ENDED = 8
MAX_CAMPAIGNS = 64
MAX_CAMPAIGN_CONTACTS = 160
"""Over all campaigns together."""
MAX_TIMERS = 32
MOST_MONEY = 10**18
"""Minor units at which sums stand still: a bot that buys for a year must not make a profile that cannot be encoded."""
MAX_WAIT_BYTES = 2560
"""Of the texts of all waits together, so that the whole stays under 16 KB (tests/bounds)."""

mark = lru_cache(maxsize=65_536)(short_hash)
"""Under which a profile knows an item, a category, a campaign or a device: 8 bytes, hashed once for many events."""


class CartLine(msgspec.Struct, array_like=True):
    """Pieces of one item in the cart; ``price`` in minor units per piece, −1 where unknown."""

    quantity: int
    price: int


class Timer(msgspec.Struct, array_like=True, frozen=True):
    """Something that will happen at ``due`` (ms); the event that set it, for the decision's record."""

    due: int
    event_id: str = ""
    event_type: str = ""
    occurred_at: int = 0
    item: str = ""
    category: str = ""


class OpenDecision(msgspec.Struct, array_like=True):
    """A decision whose window is still open; becomes a ``ClosedDecision``. Money in minor units.

    ``earned`` is the margin of ``revenue``; ``margin_rate`` stands in where an item's cost is not known.
    """

    id: str
    once_key: str
    campaign: str
    kind: str
    ghost: bool
    sent: bool
    channel: str
    action: int
    propensities: tuple[float, ...]
    depths: tuple[float, ...]
    contacts: tuple[bool, ...]
    x: tuple[float, ...]
    opened_at: int
    expires_at: int
    margin_rate: float
    offer: Offer | None
    coupon: str
    first: bool
    cost: int
    status: str = ""
    clicked: bool = False
    purchased: bool = False
    revenue: int = 0
    discount: int = 0
    shadow: bool = False
    programme: bool = False
    risk: float = 0.0
    pass_probability: float = 0.0
    earned: int = 0
    stakes: Stakes | None = None


class EndedMessage(msgspec.Struct, array_like=True):
    """A sent message whose window has ended: its outcomes may still come, and limits and consent must hear them."""

    campaign: str
    channel: str
    opened_at: int
    status: str = ""
    clicked: bool = False


class RingMark(msgspec.Struct, array_like=True, frozen=True):
    """Membership of a ring, as told at ``at`` (ms); see ``schemas.records.RingFound``."""

    ring: str
    version: int
    score: float
    accounts: int
    shared: dict[EntityKind, int]
    at: int


class User(msgspec.Struct, array_like=True):
    """One user's profile. Times in ms, money in minor units.

    Decayed counts are kept so that an event changes only its own: ``views``, ``clicks``, ``carts``, ``favourites``,
    ``interests`` and ``brands`` with forward decay (Cormode et al. 2009), as weights that have grown since
    ``landmark``; ``rate`` as of ``last_seen``, ``purchases_recent`` as of ``last_purchase`` and ``coupons_recent`` as
    of ``last_coupon``.
    Items, categories, brands, campaigns and experiments stand as ``mark``s, because their texts may be long; ``bought``
    holds the items bought last, the newest last.
    ``times``, ``places``, ``answers`` and ``coupon_bits`` are small counts side by side (``habits``), ``choices`` and
    ``price_off`` how dear the choices are (``prices``).
    A visitor is ``linked`` to a customer (a token) since ``linked_at``, as the platform says.
    ``recent`` holds the digests of the last event ids, 8 bytes each, side by side. ``sighted`` says which entities were
    reported with this user, and on which day since 1970 last.
    """

    first_seen: int = 0
    last_seen: int = 0
    gap: int = 0
    stable: bool = False
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
    cart: dict[int, CartLine] = {}
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
    devices: list[int] = []
    told: Attributes | None = None
    consent: dict[str, bool] = {}
    consent_at: dict[str, int] = {}
    recent: bytes = b""
    contacts: list[int] = []
    campaign_contacts: dict[int, list[int]] = {}
    enrolled: dict[int, int] = {}
    messages: int = 0
    message_clicks: int = 0
    answers: int = 0
    alerted_at: int = 0
    open: list[OpenDecision] = []
    ended: dict[str, EndedMessage] = {}
    timers: dict[str, Timer] = {}
    sighted: dict[int, int] = {}
    ring: RingMark | None = None
    bought: list[int] = []
    linked: str = ""
    linked_at: int = 0


def keep_newest(entries: dict[Any, Any], most: int) -> None:
    """Drop the oldest keys of a dict until it holds at most ``most``."""
    while len(entries) > most:
        del entries[next(iter(entries))]
