"""Features of what the platform told of a customer; ``unknown`` where it told nothing."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from streams.features.catalogue import NEVER
from streams.profiles.attributes import Attributes
from streams.profiles.habits import CHANNELS
from streams.profiles.user import User

UNKNOWN = "unknown"
NOTHING = Attributes()
LEAP_DAY, DAY_BEFORE = "02-29", "02-28"


def _label(field: str) -> Callable[[User, int], str]:
    def told(user: User, now: int) -> str:
        del now
        return getattr(user.told or NOTHING, field) or UNKNOWN

    return told


def country(user: User, now: int) -> str:
    """The first part of the region."""
    del now
    return (user.told or NOTHING).region.partition("-")[0] or UNKNOWN


def days_to_birthday(user: User, now: int) -> float:
    """Whole days (UTC) until the next birthday, 0 on it; a leap day is kept on 28 February of other years."""
    birthday = (user.told or NOTHING).birthday
    if not birthday:
        return NEVER
    today = datetime.fromtimestamp(now // 1000, UTC).date()
    coming = (_on(birthday, today.year), _on(birthday, today.year + 1))
    return float(next((day - today).days for day in coming if day >= today))


def _on(birthday: str, year: int) -> date:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return date.fromisoformat(f"{year}-{DAY_BEFORE if birthday == LEAP_DAY and not leap else birthday}")


def reachable(user: User, now: int) -> float:
    """Channels on which the customer can be reached; all until it is told."""
    del now
    channels = (user.told or NOTHING).channels
    return float(len(CHANNELS if channels is None else channels))


TOLD: dict[str, Callable[[User, int], float]] = {
    "customer.days_to_birthday": days_to_birthday,
    "customer.channels": reachable,
}
"""By catalogue name."""

TOLD_LABELS: dict[str, Callable[[User, int], str]] = {
    "customer.tier": _label("tier"),
    "customer.region": _label("region"),
    "customer.country": country,
    "customer.locale": _label("locale"),
    "customer.zone": _label("zone"),
}
"""Likewise, those that are labels."""
