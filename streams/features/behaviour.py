"""Features of how a customer lives with the shop, each from a profile and the moment ``now`` (ms)."""

from collections.abc import Callable
from math import exp

from streams.features.answers import CHANNEL_RATES, best_channel, click_rate
from streams.profiles.habits import BLOCKS, CHANNELS, LAST_PURCHASES, PLACES, SOURCES, TIMES, block_of
from streams.profiles.observing import DAY
from streams.profiles.prices import ALL, CHOICES, UNDER
from streams.profiles.user import User, mark

PRIOR_SESSIONS = 6.0
PRIOR_CHOICES = 5.0
WEEKDAY_SHARE, WEEKEND_SHARE = 5 / 7 / BLOCKS, 2 / 7 / BLOCKS
"""Of all time, by four-hour block."""
WEEK = 7 * DAY

OVERDUE = 2.0
"""Times a customer's own interval between purchases, after which the next one is overdue."""


def time_habit(user: User, now: int) -> float:
    """Sessions begun in this block of the week over those of an even spread; shrunk towards 1."""
    block = block_of(now)
    even = WEEKDAY_SHARE if block < BLOCKS else WEEKEND_SHARE
    counts = TIMES.all(user.times)
    return (counts[block] + PRIOR_SESSIONS * even) / ((sum(counts) + PRIOR_SESSIONS) * even)


def weekend_share(user: User, now: int) -> float:
    """Share of sessions begun on Saturdays and Sundays (UTC)."""
    del now
    counts = TIMES.all(user.times)
    return sum(counts[BLOCKS:]) / sum(counts) if user.times else 0.0


def _source_share(slot: int) -> Callable[[User, int], float]:
    def share(user: User, now: int) -> float:
        del now
        return PLACES.at(user.places, slot) / sum(PLACES.all(user.places)) if user.places else 0.0

    return share


def under_level(user: User, now: int) -> float:
    """Share of choices under their category's price level, shrunk towards one half."""
    del now
    under, chosen = CHOICES.at(user.choices, UNDER), CHOICES.at(user.choices, ALL)
    return (under + PRIOR_CHOICES / 2) / (chosen + PRIOR_CHOICES)


def price_ratio(user: User, now: int) -> float:
    """Geometric mean of the choices' prices over their categories' levels, shrunk towards 1."""
    del now
    chosen = CHOICES.at(user.choices, ALL)
    return exp(user.price_off * chosen / (chosen + PRIOR_CHOICES))


def coupon_share(user: User, now: int) -> float:
    """Share of the last purchases made with a coupon."""
    del now
    remembered = min(user.purchases, LAST_PURCHASES)
    return user.coupon_bits.bit_count() / remembered if remembered else 0.0


def full_price_run(user: User, now: int) -> float:
    """Purchases since the last one with a coupon."""
    del now
    bits, remembered = user.coupon_bits, min(user.purchases, LAST_PURCHASES)
    return float((bits & -bits).bit_length() - 1 if bits else remembered)


def overdue(user: User, now: int) -> float:
    """Time since the last purchase over the mean interval; 0 with fewer than two purchases."""
    if user.purchases < 2 or user.interval <= 0:  # noqa: PLR2004 - an interval has two ends
        return 0.0
    return min(max(now - user.last_purchase, 0) / max(user.interval, DAY), 3650.0)


def stage(user: User, now: int) -> str:
    """One of the catalogue's ``STAGES``."""
    if user.purchases < 2:  # noqa: PLR2004 - a second purchase makes a repeat customer
        return "first_time" if user.purchases else "visitor"
    return "overdue" if overdue(user, now) > OVERDUE else "repeat"


def sessions_per_week(user: User, now: int) -> float:
    """Sessions per week since the first event; in the first week as if it were over."""
    return user.sessions / max((now - user.first_seen) / WEEK, 1.0)


def _top_brand(user: User, now: int) -> float:
    del now
    weights = user.brands.values() if user.brands else ()
    return max(weights) / total if (total := sum(weights)) > 0 else 0.0


def category_share(user: User, category: str) -> float:
    """Share of a category in all interest."""
    total = sum(user.interests.values())
    return user.interests.get(mark(category), 0.0) / total if total > 0 else 0.0


BEHAVIOUR: dict[str, Callable[[User, int], float]] = {
    "lifecycle.sessions_per_week": sessions_per_week,
    "lifecycle.events_per_session": lambda user, _: user.events / user.sessions if user.sessions else 0.0,
    "interest.top_brand_share": _top_brand,
    "interest.brands": lambda user, _: float(len(user.brands or ())),
    "habit.now": time_habit,
    "habit.weekend_share": weekend_share,
    **{f"source.{source}_share": _source_share(slot) for slot, source in enumerate(SOURCES)},
    "price.under_level_share": under_level,
    "price.ratio": price_ratio,
    "purchase.overdue": overdue,
    "purchase.last_amount": lambda user, _: float(user.last_amount),
    "coupon.recent_share": coupon_share,
    "coupon.full_price_run": full_price_run,
    "response.click_rate": click_rate,
    **{f"response.{channel}_click_rate": rate for channel, rate in zip(CHANNELS, CHANNEL_RATES, strict=True)},
}
"""By catalogue name."""

LABELS: dict[str, Callable[[User, int], str]] = {
    "lifecycle.stage": stage,
    "response.best_channel": best_channel,
}
"""Likewise, those that are labels."""
