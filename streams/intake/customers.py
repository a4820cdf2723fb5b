"""The attributes of a customer, cleaned: what is finer than the contract allows is refused or dropped, never kept."""

import re
from datetime import date
from zoneinfo import available_timezones

from schemas.customers import Customer
from schemas.records import AttributesTold
from streams.intake.fields import Impossible, clean_identity, clean_time

MAX_TIER = 32
_LEAP_YEAR = "2000-"
_BIRTHDAY = re.compile(r"(?:\d{4}-)?(\d{2}-\d{2})")
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-(?:[A-Z]{2}|\d{3}))?")
_REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_ZONES = frozenset(available_timezones())


def attributes(customer: Customer, arrival: int | None) -> AttributesTold:
    """The record of a message.

    Raises:
        Impossible: a field is not of the contract's form.

    """
    return AttributesTold(
        message_id=clean_identity("message_id", customer.message_id),
        occurred_at=clean_time("occurred_at", customer.occurred_at, arrival, []),
        birthday=_birthday(customer.birthday),
        locale=_shaped("locale", (customer.locale or "").replace("_", "-"), customer.locale, _LOCALE, "en or zh-CN"),
        zone=_zone(customer.zone),
        tier=_tier(customer.tier),
        region=_shaped("region", customer.region or "", customer.region, _REGION, "CN or CN-31, nothing finer"),
        channels=None if customer.channels is None else tuple(sorted(set(customer.channels))),
    )


def _birthday(told: str | None) -> str | None:
    """Month and day; the year goes."""
    if not told:
        return told
    found = _BIRTHDAY.fullmatch(told)
    try:
        date.fromisoformat(_LEAP_YEAR + (found[1] if found else ""))
    except ValueError:
        raise Impossible("birthday", "not a day; write MM-DD") from None
    return found[1] if found else None


def _shaped(field: str, text: str, told: str | None, form: re.Pattern[str], example: str) -> str | None:
    if told and not form.fullmatch(text):
        raise Impossible(field, f"{told[:40]!r} is not of the contract's form; write such as {example}")
    return None if told is None else text


def _zone(told: str | None) -> str | None:
    if told and told not in _ZONES:
        raise Impossible("zone", f"{told[:40]!r} is no IANA time zone; write such as Asia/Shanghai")
    return told


def _tier(told: str | None) -> str | None:
    if told and (len(told) > MAX_TIER or not told.isprintable()):
        raise Impossible("tier", f"a tier's name has at most {MAX_TIER} printable characters")
    return told
