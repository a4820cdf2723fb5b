"""An anonymous visitor turns out to be a customer: the visitor's history leaves one profile and joins the other."""

from schemas.histories import History
from streams.profiles.habits import LAST_PURCHASES, PLACES, TIMES
from streams.profiles.observing import (
    HALF_LIFE_ACTIVITY,
    HALF_LIFE_COUPONS,
    HALF_LIFE_INTEREST,
    HALF_LIFE_PURCHASES,
    HALF_LIFE_RATE,
    LANDMARK_STANDS,
    MAX_PIECES,
    decay,
    move_landmark,
)
from streams.profiles.prices import ALL, CHOICES
from streams.profiles.user import (
    MAX_BOUGHT,
    MAX_BRANDS,
    MAX_CART_LINES,
    MAX_DEVICES,
    MAX_INTERESTS,
    MOST_MONEY,
    CartLine,
    User,
    keep_newest,
)

ACTIVITY = ("views", "clicks", "carts", "favourites")
COUNTS = ("events", "sessions", "purchases", "known_amounts", "refunds", "coupons")
SUMS = ("amounts", "refunded")
SESSION = ("gap", "session_started", "session_events", "session_items", "session_categories")
_MOVED_AS_THEY_ARE = tuple(field for field in History.__struct_fields__ if field not in ("cart", "devices", "bought"))


def hand_over(user: User) -> History:
    """Take the history out of a profile; what stays is what was sent, allowed and decided, and the ids of events."""
    history = History(
        cart={item: (line.quantity, line.price) for item, line in user.cart.items()},
        devices=tuple(user.devices),
        bought=tuple(user.bought),
        **{field: getattr(user, field) for field in _MOVED_AS_THEY_ARE},
    )
    empty = User()
    for field in History.__struct_fields__:
        setattr(user, field, getattr(empty, field))
    return history


def take_over(user: User, history: History) -> None:
    """Add a history to a profile, as if its events had been the customer's own; contacts and consent stay as they are.

    Dates are exact. Decayed weights are, until more interests come together than a profile keeps. Intervals between
    purchases are the mean of both, weighted by how many each has.
    """
    if not user.events:
        user.first_seen, user.landmark = history.first_seen, history.landmark
    _join_weights(user, history)
    _join_purchases(user, history)
    _join_coupons(user, history)
    _join_habits(user, history)
    _join_cart(user, history)
    if history.last_seen > user.last_seen:
        for field in SESSION:
            setattr(user, field, getattr(history, field))
    for field in COUNTS:
        setattr(user, field, getattr(user, field) + getattr(history, field))
    for field in SUMS:
        setattr(user, field, min(getattr(user, field) + getattr(history, field), MOST_MONEY))
    user.first_seen = min(user.first_seen, history.first_seen)
    user.last_seen = max(user.last_seen, history.last_seen)
    user.devices = list(dict.fromkeys([*user.devices, *history.devices]))[:MAX_DEVICES]


def _join_weights(user: User, history: History) -> None:
    """As seen from the customer's own landmark, the rate of events as of the later of both."""
    user.rate = _decayed_sum((user.rate, user.last_seen), (history.rate, history.last_seen), HALF_LIFE_RATE)
    if history.landmark - user.landmark >= LANDMARK_STANDS:
        move_landmark(user, history.landmark)
    earlier = user.landmark - history.landmark
    activity, interest = decay(earlier, HALF_LIFE_ACTIVITY), decay(earlier, HALF_LIFE_INTEREST)
    for field in ACTIVITY:
        setattr(user, field, getattr(user, field) + getattr(history, field) * activity)
    user.interests = _joined(user.interests, history.interests, interest, MAX_INTERESTS)
    if history.brands:
        user.brands = _joined(user.brands or {}, history.brands, interest, MAX_BRANDS)


def _joined(own: dict[int, float], others: dict[int, float], factor: float, most: int) -> dict[int, float]:
    joined = dict(own)
    for key, weight in others.items():
        joined[key] = joined.get(key, 0.0) + weight * factor
    strongest = sorted(joined, key=lambda key: (joined[key], key))[-most:]
    return {key: joined[key] for key in strongest}


def _join_purchases(user: User, history: History) -> None:
    if not history.purchases:
        return
    user.interval = _interval(user, history)
    later = history.last_purchase >= user.last_purchase
    both = (*user.bought, *history.bought) if later else (*history.bought, *user.bought)
    user.bought = list(dict.fromkeys(both))[-MAX_BOUGHT:]
    user.purchases_recent = _decayed_sum(
        (user.purchases_recent, user.last_purchase),
        (history.purchases_recent, history.last_purchase),
        HALF_LIFE_PURCHASES,
    )
    if history.known_amounts and (later or not user.known_amounts):
        user.last_amount = history.last_amount
    user.coupon_bits = _bits(user, history) if later else _bits(history, user)
    user.last_purchase = max(user.last_purchase, history.last_purchase)


def _interval(user: User, history: History) -> float:
    """Of two that bought once each it is the time between."""
    own, others = max(user.purchases - 1, 0), max(history.purchases - 1, 0)
    if own + others:
        return (user.interval * own + history.interval * others) / (own + others)
    return float(abs(user.last_purchase - history.last_purchase)) if user.purchases else 0.0


def _bits(earlier: User | History, later: User | History) -> int:
    kept = min(later.purchases, LAST_PURCHASES)
    return (earlier.coupon_bits << kept | later.coupon_bits) & ((1 << LAST_PURCHASES) - 1)


def _join_coupons(user: User, history: History) -> None:
    if not history.coupons:
        return
    user.coupons_recent = _decayed_sum(
        (user.coupons_recent, user.last_coupon), (history.coupons_recent, history.last_coupon), HALF_LIFE_COUPONS
    )
    user.last_coupon = max(user.last_coupon, history.last_coupon)


def _decayed_sum(one: tuple[float, int], other: tuple[float, int], half_life: float) -> float:
    """Two decayed counts with their dates, as of the later date."""
    at = max(one[1], other[1])
    return sum((count * decay(at - since, half_life) for count, since in (one, other) if count), 0.0)


def _join_habits(user: User, history: History) -> None:
    user.times = TIMES.added(user.times, history.times)
    user.places = PLACES.added(user.places, history.places)
    own, others = CHOICES.at(user.choices, ALL), CHOICES.at(history.choices, ALL)
    if others:
        user.price_off = (user.price_off * own + history.price_off * others) / (own + others)
        user.choices = CHOICES.added(user.choices, history.choices)


def _join_cart(user: User, history: History) -> None:
    """The visitor's lines first: of too many, the oldest go."""
    cart = {item: CartLine(quantity, price) for item, (quantity, price) in history.cart.items()}
    for item, own in user.cart.items():
        line = cart.pop(item, None)
        if line is not None:
            own.quantity = min(own.quantity + line.quantity, MAX_PIECES)
            own.price = own.price if own.price >= 0 else line.price
        cart[item] = own
    user.cart = cart
    keep_newest(user.cart, MAX_CART_LINES)
    user.cart_at = max(user.cart_at, history.cart_at)
