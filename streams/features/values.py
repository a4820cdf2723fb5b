"""The value of each feature of the catalogue for a user at a moment."""

from collections.abc import Callable, Mapping
from math import log1p
from typing import Protocol, TypeVar

import msgspec

from streams.catalogue.item import Item
from streams.catalogue.items import NO_WORD, Items
from streams.demand.served import NOTHING_FORECAST, DemandForecast
from streams.features.behaviour import BEHAVIOUR, LABELS, category_share
from streams.features.catalogue import CATALOGUE, FRAUD_ROW, FRAUD_RULES, NEVER, NO_SEGMENT, RESPONSE_ROW, SEGMENT_ROW
from streams.features.customer import TOLD, TOLD_LABELS
from streams.features.demand import category_day, days_of_stock
from streams.features.item import OF_ITEM, OF_ITEM_LABELS
from streams.profiles.observing import (
    DAY,
    HALF_LIFE_ACTIVITY,
    HALF_LIFE_COUPONS,
    HALF_LIFE_PURCHASES,
    HALF_LIFE_RATE,
    MINUTE,
    SESSION_PAUSE,
    decay,
    growth,
)
from streams.profiles.user import User, mark
from streams.segments.rules import segment

WEEK = 7 * DAY
ORDERS_BEFORE = 2
"""Of so few orders the mean says little, of fewer nothing."""

T = TypeVar("T")


class Labeller(Protocol):
    """Names the segment of a row of ``SEGMENT_ROW``."""

    def label(self, row: tuple[float, ...]) -> str:
        """The name."""


class View(msgspec.Struct, frozen=True, gc=False):
    """A user at the moment ``now`` (ms), looking at ``item`` of ``category`` (empty where there is none).

    ``labellers`` are the models in force that know segments, ``items`` what is known of the shop's, ``demand`` what is
    expected to be bought; they are asked by who reads such a feature, no sooner.
    """

    user: User
    now: int
    item: str = ""
    category: str = ""
    labellers: Mapping[str, Labeller] = {}
    items: Items = NO_WORD
    demand: DemandForecast = NOTHING_FORECAST


def _days(view: View, since: int, happened: bool) -> float:
    return min(max(view.now - since, 0) / DAY, NEVER) if happened else NEVER


def _decayed(view: View, count: float, since: int, half_life: float) -> float:
    return count * decay(view.now - since, half_life) if count else 0.0


def _activity(view: View, weight: float) -> float:
    return weight * decay(view.now - view.user.landmark, HALF_LIFE_ACTIVITY) if weight else 0.0


def _in_session(view: View) -> bool:
    return view.now - view.user.last_seen < SESSION_PAUSE


def cart_value(view: View) -> float:
    """What lies in the cart, in minor units; lines without a price count zero."""
    return float(sum(line.quantity * line.price for line in view.user.cart.values() if line.price > 0))


def _session_minutes(view: View) -> float:
    return (view.user.last_seen - view.user.session_started) / MINUTE if _in_session(view) else 0.0


def _top_share(view: View) -> float:
    weights = view.user.interests.values()
    return max(weights) / total if (total := sum(weights)) > 0 else 0.0


def _mean_amount(view: View) -> float:
    return view.user.amounts / view.user.known_amounts if view.user.known_amounts else 0.0


def _amount_ratio(view: View) -> float:
    mean = _mean_amount(view)
    return view.user.last_amount / mean if mean else 0.0


def _order_ratio(view: View) -> float:
    """The last order is not among those that it is compared with: else n orders could never make more than n."""
    user = view.user
    before, count = user.amounts - user.last_amount, user.known_amounts - 1
    return user.last_amount * count / before if count >= ORDERS_BEFORE and before > 0 else 0.0


def _of_user(compute: Callable[[User, int], T]) -> Callable[[View], T]:
    """A feature of the customer alone, as one of the view."""
    return lambda view: compute(view.user, view.now)


def _of_item(compute: Callable[[Item | None], T]) -> Callable[[View], T]:
    """A feature of the item that is looked at."""
    return lambda view: compute(looked_at(view))


def looked_at(view: View) -> Item | None:
    """What is known of the item that is looked at; None where there is none, or nothing is known of it."""
    return view.items.get(mark(view.item)) if view.item else None


def _days_of_stock(view: View) -> float:
    item = looked_at(view)
    return days_of_stock(view.demand, mark(view.item), _category(view, item), item)


def _category(view: View, item: Item | None) -> int:
    """The mark of the category that is looked at: as the event says, else as the catalogue does; 0 where unknown."""
    return mark(view.category) if view.category else item.category if item else 0


def _learned(model: str) -> Callable[[View], str]:
    """What reads a learned segment: ``NO_SEGMENT`` while the model is not active."""

    def read(view: View) -> str:
        labeller = view.labellers.get(model)
        return NO_SEGMENT if labeller is None else labeller.label(segment_row(view))

    return read


def _category_views(view: View) -> float:
    return float(view.user.session_categories.get(mark(view.category), 0))


def _carts_per_view(view: View) -> float:
    user = view.user
    return user.carts / (user.views + growth(user, user.last_seen, HALF_LIFE_ACTIVITY))


_VALUES: dict[str, Callable[[View], float]] = {
    "lifecycle.days_since_first": lambda v: _days(v, v.user.first_seen, v.user.events > 0),
    "lifecycle.days_since_last": lambda v: v.user.gap / DAY,
    "session.events": lambda v: float(v.user.session_events) if _in_session(v) else 0.0,
    "session.minutes": _session_minutes,
    "session.count": lambda v: float(v.user.sessions),
    "session.item_views": lambda v: float(v.user.session_items.get(mark(v.item), 0)) if _in_session(v) else 0.0,
    "session.category_views": lambda v: _category_views(v) if _in_session(v) else 0.0,
    "activity.views": lambda v: _activity(v, v.user.views),
    "activity.clicks": lambda v: _activity(v, v.user.clicks),
    "activity.carts": lambda v: _activity(v, v.user.carts),
    "activity.favourites": lambda v: _activity(v, v.user.favourites),
    "interest.top_share": _top_share,
    "interest.category_share": lambda v: category_share(v.user, v.category) if v.category else 0.0,
    "interest.categories": lambda v: float(len(v.user.interests)),
    "item.days_of_stock": _days_of_stock,
    "demand.category_24h": lambda v: category_day(v.demand, _category(v, looked_at(v)), v.now),
    "cart.value": cart_value,
    "cart.items": lambda v: float(sum(line.quantity for line in v.user.cart.values())),
    "cart.minutes_idle": lambda v: max(v.now - v.user.cart_at, 0) / MINUTE if v.user.cart else 0.0,
    "purchase.count": lambda v: float(v.user.purchases),
    "purchase.days_since": lambda v: _days(v, v.user.last_purchase, v.user.purchases > 0),
    "purchase.recent": lambda v: _decayed(v, v.user.purchases_recent, v.user.last_purchase, HALF_LIFE_PURCHASES),
    "purchase.mean_amount": _mean_amount,
    "purchase.total": lambda v: float(max(v.user.amounts - v.user.refunded, 0)),
    "purchase.interval_days": lambda v: v.user.interval / DAY if v.user.purchases > 1 else NEVER,
    "contact.count_7d": lambda v: float(sum(1 for at in v.user.contacts if v.now - at < WEEK)),
    "contact.days_since": lambda v: _days(v, v.user.contacts[-1] if v.user.contacts else 0, bool(v.user.contacts)),
    "coupon.days_since": lambda v: _days(v, v.user.last_coupon, v.user.coupons > 0),
    "coupon.share": lambda v: v.user.coupons / v.user.purchases if v.user.purchases else 0.0,
    "fraud.events_per_minute": lambda v: _decayed(v, v.user.rate, v.user.last_seen, HALF_LIFE_RATE),
    "fraud.refund_share": lambda v: min(v.user.refunds / max(v.user.purchases, 1), 1.0),
    "fraud.devices": lambda v: float(len(v.user.devices)),
    "fraud.coupons_per_day": lambda v: _decayed(v, v.user.coupons_recent, v.user.last_coupon, HALF_LIFE_COUPONS),
    "fraud.carts_per_view": _carts_per_view,
    "fraud.amount_ratio": _amount_ratio,
    "fraud.order_ratio": _order_ratio,
    **{name: _of_user(compute) for name, compute in (BEHAVIOUR | TOLD).items()},
    **{name: _of_item(compute) for name, compute in OF_ITEM.items()},
}
_LABELS: dict[str, Callable[[View], str]] = {
    "segment": _of_user(segment),
    "segment.rfm": _learned("rfm"),
    "segment.learned": _learned("segments"),
    **{name: _of_user(compute) for name, compute in (LABELS | TOLD_LABELS).items()},
    **{name: _of_item(compute) for name, compute in OF_ITEM_LABELS.items()},
}

_RESPONSE = tuple((name, _VALUES[name]) for name in RESPONSE_ROW)
_FRAUD = tuple((name, _VALUES[name]) for name in FRAUD_ROW + FRAUD_RULES)
_SEGMENTED = tuple(_VALUES[name] for name in SEGMENT_ROW)

assert set(_VALUES) | set(_LABELS) == set(CATALOGUE)  # noqa: S101 - the catalogue and its values are one thing


def reader(name: str) -> Callable[[View], float | str]:
    """What reads a feature, by its catalogue name: a label as text, all else as a number in the catalogue's unit."""
    return _LABELS.get(name) or _VALUES[name]


def value(view: View, name: str) -> float | str:
    """A feature by its catalogue name, as ``reader`` reads it."""
    return reader(name)(view)


def response_values(view: View) -> dict[str, float]:
    """The values that response models see, by catalogue name."""
    return {name: compute(view) for name, compute in _RESPONSE}


def response_row(values: dict[str, float]) -> tuple[float, ...]:
    """The row a response model sees: log1p of each column of ``RESPONSE_ROW``."""
    return tuple([log1p(values[name]) for name in RESPONSE_ROW])


def segment_row(view: View) -> tuple[float, ...]:
    """The row a segmenter sees: log1p of each column of ``SEGMENT_ROW``."""
    return tuple([log1p(compute(view)) for compute in _SEGMENTED])


def fraud_values(view: View) -> dict[str, float]:
    """The values that fraud rules and detectors see, by catalogue name."""
    return {name: compute(view) for name, compute in _FRAUD}


def fraud_row(values: dict[str, float]) -> tuple[float, ...]:
    """The row a detector sees: log1p of each column of ``FRAUD_ROW``."""
    return tuple([log1p(values[name]) for name in FRAUD_ROW])
