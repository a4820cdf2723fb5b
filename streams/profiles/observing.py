"""How an event changes a profile."""

from functools import lru_cache

from schemas.records import EventTaken
from streams.ids import short_digest, short_hash
from streams.profiles.user import (
    MAX_CART_LINES,
    MAX_DEVICES,
    MAX_INTERESTS,
    MAX_RECENT,
    MAX_SESSION_KEYS,
    CartLine,
    User,
    keep_newest,
)

DAY = 86_400_000
MINUTE = 60_000
SESSION_PAUSE = 30 * MINUTE
HALF_LIFE_ACTIVITY = 7.0 * DAY
HALF_LIFE_INTEREST = 14.0 * DAY
HALF_LIFE_PURCHASES = 30.0 * DAY
HALF_LIFE_COUPONS = 1.0 * DAY
HALF_LIFE_RATE = 1.0 * MINUTE
INTERVAL_WEIGHT = 0.3

_device_mark = lru_cache(maxsize=16_384)(short_hash)
"""A device's events come in a row: it is hashed once for many of them."""

INTEREST = {"view": 1.0, "click": 1.0, "favourite": 3.0, "add_to_cart": 4.0, "review": 2.0, "purchase": 5.0}


def decay(elapsed: int, half_life: float) -> float:
    """The factor that ``elapsed`` ms leave of a decayed count: 2^(−elapsed/half_life)."""
    return float(2.0 ** (-elapsed / half_life))


def is_repeat(user: User, event: EventTaken) -> bool:
    """Whether this event id was taken within the user's last events; remembers it if not."""
    mark = short_digest(event.event_id)
    if mark in user.recent:
        return True
    user.recent = (user.recent + mark)[-MAX_RECENT * len(mark) :]
    return False


def observe(user: User, event: EventTaken, now: int) -> None:
    """Apply an event. The profile's time never runs back: a late event counts as of the last one."""
    at = max(user.last_seen, min(event.occurred_at, now))
    if not user.events:
        user.first_seen = at
    _pass_time(user, at)
    user.events += 1
    user.rate += 1.0
    user.stable = user.stable or event.stable
    _continue_session(user, event, at)
    if event.device:
        _see_device(user, event.device)
    if event.category and event.type in INTEREST:
        _raise_interest(user, event.category, INTEREST[event.type])
    apply = _BY_TYPE.get(event.type)
    if apply is not None:
        apply(user, event, at)


def _pass_time(user: User, at: int) -> None:
    """Bring decayed counts from ``last_seen`` to ``at``."""
    elapsed = at - user.last_seen if user.events else 0
    user.gap = elapsed
    user.last_seen = at
    if elapsed <= 0:
        return
    factor = decay(elapsed, HALF_LIFE_ACTIVITY)
    user.views *= factor
    if user.clicks:
        user.clicks *= factor
    if user.carts:
        user.carts *= factor
    if user.favourites:
        user.favourites *= factor
    user.rate *= decay(elapsed, HALF_LIFE_RATE)
    if user.purchases:
        user.purchases_recent *= decay(elapsed, HALF_LIFE_PURCHASES)
    if user.coupons:
        user.coupons_recent *= decay(elapsed, HALF_LIFE_COUPONS)
    interests, factor = user.interests, decay(elapsed, HALF_LIFE_INTEREST)
    for category in interests:
        interests[category] *= factor


def _continue_session(user: User, event: EventTaken, at: int) -> None:
    if user.gap >= SESSION_PAUSE or not user.sessions:
        user.sessions += 1
        user.session_started = at
        user.session_events = 0
        user.session_items = {}
        user.session_categories = {}
    user.session_events += 1
    if event.type == "view":
        _count(user.session_items, event.item)
        _count(user.session_categories, event.category)


def _count(counts: dict[str, int], key: str) -> None:
    if key:
        counts[key] = counts.get(key, 0) + 1
        if len(counts) > MAX_SESSION_KEYS:
            keep_newest(counts, MAX_SESSION_KEYS)


def _see_device(user: User, device: str) -> None:
    mark = _device_mark(device)
    if mark not in user.devices and len(user.devices) < MAX_DEVICES:
        user.devices.append(mark)


def _raise_interest(user: User, category: str, weight: float) -> None:
    user.interests[category] = user.interests.get(category, 0.0) + weight
    if len(user.interests) > MAX_INTERESTS:
        del user.interests[min(user.interests, key=lambda name: (user.interests[name], name))]


def _view(user: User, event: EventTaken, at: int) -> None:
    del event, at
    user.views += 1.0


def _click(user: User, event: EventTaken, at: int) -> None:
    del event, at
    user.clicks += 1.0


def _favour(user: User, event: EventTaken, at: int) -> None:
    del event, at
    user.favourites += 1.0


def _fill_cart(user: User, event: EventTaken, at: int) -> None:
    user.carts += 1.0
    user.cart_at = at
    line = user.cart.pop(event.item, None) or CartLine(0, event.price)
    line.quantity += event.quantity
    line.price = event.price if event.price >= 0 else line.price
    user.cart[event.item] = line
    while len(user.cart) > MAX_CART_LINES:
        del user.cart[next(iter(user.cart))]


def _empty_cart(user: User, event: EventTaken, at: int) -> None:
    line = user.cart.get(event.item)
    if line is None:
        return
    user.cart_at = at
    line.quantity -= event.quantity
    if line.quantity <= 0:
        del user.cart[event.item]


def _purchase(user: User, event: EventTaken, at: int) -> None:
    if user.purchases:
        since = float(at - user.last_purchase)
        first = user.purchases == 1
        user.interval = since if first else user.interval + INTERVAL_WEIGHT * (since - user.interval)
    user.purchases += 1
    user.purchases_recent += 1.0
    user.last_purchase = at
    if event.amount >= 0:
        user.known_amounts += 1
        user.amounts += event.amount
        user.last_amount = event.amount
    for line in event.lines:
        user.cart.pop(line.item, None)
    if event.coupon:
        user.coupons += 1
        user.coupons_recent += 1.0
        user.last_coupon = at


def _refund(user: User, event: EventTaken, at: int) -> None:
    del at
    user.refunds += 1
    user.refunded += max(event.amount, 0)


_BY_TYPE = {
    "view": _view,
    "search": _click,
    "click": _click,
    "favourite": _favour,
    "review": _favour,
    "add_to_cart": _fill_cart,
    "remove_from_cart": _empty_cart,
    "purchase": _purchase,
    "refund": _refund,
}
