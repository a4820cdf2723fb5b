"""How an event changes a profile."""

from math import exp2

from schemas.records import EventTaken
from streams.ids import short_digest
from streams.profiles import habits
from streams.profiles.user import (
    MAX_BOUGHT,
    MAX_BRANDS,
    MAX_CART_LINES,
    MAX_DEVICES,
    MAX_INTERESTS,
    MAX_RECENT,
    MAX_SESSION_KEYS,
    MOST_MONEY,
    CartLine,
    User,
    keep_newest,
    mark,
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
LANDMARK_STANDS = 180 * DAY
"""After so long (ms) weights are seen from a new landmark: till then they grow by 2^26 at most."""

MAX_PIECES = 1_000_000

INTEREST = {"view": 1.0, "click": 1.0, "favourite": 3.0, "add_to_cart": 4.0, "review": 2.0, "purchase": 5.0}


def decay(elapsed: int, half_life: float) -> float:
    """The factor that ``elapsed`` ms leave of a decayed count: 2^(−elapsed/half_life)."""
    return exp2(-elapsed / half_life)


def growth(user: User, at: int, half_life: float) -> float:
    """What one at ``at`` (ms) weighs in forward decay: 2^(time since the landmark/half_life)."""
    return exp2((at - user.landmark) / half_life)


def is_repeat(user: User, event: EventTaken) -> bool:
    """Whether this event id was taken within the user's last events; remembers it if not."""
    digest, recent = short_digest(event.event_id), user.recent
    if recent.rfind(digest) >= 0:
        return True
    user.recent = (recent + digest)[-MAX_RECENT * len(digest) :]
    return False


def observe(user: User, event: EventTaken, now: int) -> None:
    """Apply an event. The profile's time never runs back: a late event counts as of the last one."""
    kind, last = event.type, user.last_seen
    at = max(last, min(now, event.occurred_at))
    if not user.events:
        user.first_seen = user.landmark = last = at
    gap = user.gap = at - last
    user.last_seen = at
    user.events += 1
    user.rate = user.rate * decay(gap, HALF_LIFE_RATE) + 1.0 if gap else user.rate + 1.0
    if event.stable:
        user.stable = True
    if gap >= SESSION_PAUSE or not user.sessions:
        _start_session(user, at, event.source)
    user.session_events += 1
    if event.device:
        _see_device(user, event.device)
    if event.category and kind in INTEREST:
        weight = INTEREST[kind] * growth(user, at, HALF_LIFE_INTEREST)
        _raise(user.interests, mark(event.category), weight, MAX_INTERESTS)
        if event.brand:
            _raise_brand(user, event.brand, weight)
    apply = _BY_TYPE.get(kind)
    if apply is not None:
        apply(user, event, at)


def _start_session(user: User, at: int, source: str) -> None:
    user.sessions += 1
    user.times = habits.began(user.times, at)
    user.places = habits.came_from(user.places, source)
    user.session_started = at
    user.session_events = 0
    user.session_items = {}
    user.session_categories = {}
    if at - user.landmark >= LANDMARK_STANDS:
        move_landmark(user, at)


def move_landmark(user: User, at: int) -> None:
    """See weights from ``at`` (ms) on, before they grow out of a float's range."""
    activity, interest = decay(at - user.landmark, HALF_LIFE_ACTIVITY), decay(at - user.landmark, HALF_LIFE_INTEREST)
    user.landmark = at
    user.views *= activity
    user.clicks *= activity
    user.carts *= activity
    user.favourites *= activity
    user.interests = {category: weight * interest for category, weight in user.interests.items()}
    if user.brands:
        user.brands = {brand: weight * interest for brand, weight in user.brands.items()}


def _count(counts: dict[int, int], text: str) -> None:
    if text:
        key = mark(text)
        counts[key] = counts.get(key, 0) + 1
        if len(counts) > MAX_SESSION_KEYS:
            keep_newest(counts, MAX_SESSION_KEYS)


def _see_device(user: User, device: str) -> None:
    seen = mark(device)
    if seen not in user.devices and len(user.devices) < MAX_DEVICES:
        user.devices.append(seen)


def _raise_brand(user: User, brand: str, weight: float) -> None:
    if user.brands is None:
        user.brands = {}
    _raise(user.brands, mark(brand), weight, MAX_BRANDS)


def _raise(weights: dict[int, float], key: int, weight: float, most: int) -> None:
    weights[key] = weights.get(key, 0.0) + weight
    if len(weights) > most:
        del weights[min(weights, key=lambda known: (weights[known], known))]


def _view(user: User, event: EventTaken, at: int) -> None:
    user.views += growth(user, at, HALF_LIFE_ACTIVITY)
    _count(user.session_items, event.item)
    _count(user.session_categories, event.category)


def _click(user: User, event: EventTaken, at: int) -> None:
    del event
    user.clicks += growth(user, at, HALF_LIFE_ACTIVITY)


def _favour(user: User, event: EventTaken, at: int) -> None:
    del event
    user.favourites += growth(user, at, HALF_LIFE_ACTIVITY)


def _fill_cart(user: User, event: EventTaken, at: int) -> None:
    user.carts += growth(user, at, HALF_LIFE_ACTIVITY)
    user.cart_at = at
    item = mark(event.item)
    line = user.cart.pop(item, None) or CartLine(0, event.price)
    line.quantity = min(line.quantity + event.quantity, MAX_PIECES)
    line.price = event.price if event.price >= 0 else line.price
    user.cart[item] = line
    while len(user.cart) > MAX_CART_LINES:
        del user.cart[next(iter(user.cart))]


def _empty_cart(user: User, event: EventTaken, at: int) -> None:
    item = mark(event.item)
    line = user.cart.get(item)
    if line is None:
        return
    user.cart_at = at
    line.quantity -= event.quantity
    if line.quantity <= 0:
        del user.cart[item]


def _purchase(user: User, event: EventTaken, at: int) -> None:
    if user.purchases:
        since = float(at - user.last_purchase)
        first = user.purchases == 1
        user.interval = since if first else user.interval + INTERVAL_WEIGHT * (since - user.interval)
    user.purchases_recent = 1.0 + user.purchases_recent * decay(at - user.last_purchase, HALF_LIFE_PURCHASES)
    user.purchases += 1
    user.last_purchase = at
    if event.amount >= 0:
        user.known_amounts += 1
        user.amounts = min(user.amounts + event.amount, MOST_MONEY)
        user.last_amount = event.amount
    weight = INTEREST["purchase"] * growth(user, at, HALF_LIFE_INTEREST)
    for line in event.lines:
        _take(user, mark(line.item))
        if line.category and not event.category:
            _raise(user.interests, mark(line.category), weight, MAX_INTERESTS)
    user.coupon_bits = habits.bought(user.coupon_bits, with_coupon=bool(event.coupon))
    if event.coupon:
        user.coupons_recent = 1.0 + user.coupons_recent * decay(at - user.last_coupon, HALF_LIFE_COUPONS)
        user.coupons += 1
        user.last_coupon = at


def _take(user: User, item: int) -> None:
    """An item was bought: it leaves the cart, and is remembered."""
    user.cart.pop(item, None)
    if item in user.bought:
        user.bought.remove(item)
    user.bought = [*user.bought, item][-MAX_BOUGHT:]


def _refund(user: User, event: EventTaken, at: int) -> None:
    del at
    user.refunds += 1
    user.refunded = min(user.refunded + max(event.amount, 0), MOST_MONEY)


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
