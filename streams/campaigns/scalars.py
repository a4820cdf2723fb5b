"""Single values: texts, choices, durations, shares, amounts, rates, times. None where the problem has been noted."""

import re
from collections.abc import Collection

from schemas.campaigns import RateLimit
from streams.campaigns.document import BOOL, FLOAT, INT, NULL, Field, did_you_mean
from streams.money import as_text, example_amount, minor_units

SECOND = 1000
UNITS = {"s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND, "d": 86_400 * SECOND}
LONGEST = 90 * UNITS["d"]
MAX_CONTACTS_COUNTED = 32
"""A profile remembers this many contacts, so no limit can count further."""
MAX_NAME = 40
"""Characters: the names of campaigns stand in every profile that they touch."""
MOST_DIGITS = 40
"""Characters of a number; Python reads longer ones slowly, as infinite, or not at all."""

_DURATION = re.compile(r"(\d{1,9})(s|m|h|d)")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)%")
_RATE = re.compile(r"(\d{1,4}) per (.+)")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def found(field: Field) -> str:
    """What stands there; with the trap of YAML 1.1, as YAML reads it: 1290, which was written as 21:30."""
    if field.node.tag == INT and ":" in field.raw and len(field.raw) <= MOST_DIGITS:
        total = 0
        for digits in field.raw.split(":"):
            total = total * 60 + int(digits)
        return str(total)
    return field.shown


def _trap(field: Field) -> str:
    return f" (YAML reads {field.raw} as a number)" if field.node.tag in {INT, FLOAT} and ":" in field.raw else ""


def _not(field: Field, what: str, write: str) -> None:
    truth = f" (YAML reads {field.raw} as a truth value)" if field.node.tag == BOOL else ""
    field.wrong(f"{found(field)} is not {what}{_trap(field)}{truth}; write {write}")


def text(field: Field, what: str = "a text", write: str = "it in quotes") -> str | None:
    """A text that is not empty."""
    if field.is_text and field.raw.strip():
        return field.raw
    _not(field, what, write if field.node.tag == NULL or not field.raw else f'"{field.raw}"')
    return None


def name(field: Field, example: str) -> str | None:
    """A name of lower-case letters, digits, hyphens and underscores, starting with a letter."""
    if field.is_text and len(field.raw) <= MAX_NAME and re.fullmatch(r"[a-z][a-z0-9_-]*", field.raw):
        return field.raw
    _not(field, f"a name (lower-case letters, digits, - and _; at most {MAX_NAME})", example)
    return None


def choice(field: Field, options: Collection[str], listing: str = "") -> str | None:
    """One of a few words; ``listing`` says where many of them are listed."""
    if field.raw in options and field.node.tag != NULL:
        return field.raw
    meant = did_you_mean(field.raw, options)
    if listing:
        rest = f" {listing}" if meant else f"; {listing}"
    else:
        rest = "" if meant else f"; write one of {', '.join(options)}"
    field.wrong(f"unknown {found(field)}{meant}{rest}")
    return None


def duration(field: Field, least: int = SECOND, most: int = LONGEST) -> int | None:
    """A duration in ms from ``90s``, ``30m``, ``48h`` or ``7d``."""
    read = _DURATION.fullmatch(field.raw) if field.is_text else None
    if not read:
        _not(field, "a duration", _duration_meant(field))
        return None
    length = int(read[1]) * UNITS[read[2]]
    if not least <= length <= most:
        field.wrong(f"{field.raw} is out of range; write from {least // SECOND}s to {most // UNITS['d']}d")
        return None
    return length


def _duration_meant(field: Field) -> str:
    if field.node.tag == INT and field.raw.isdigit():
        return f"the unit too: {field.raw}s, {field.raw}m, {field.raw}h or {field.raw}d"
    return "a number with s, m, h or d, such as 30m"


def share(field: Field) -> float | None:
    """A share in [0, 1] from ``20%`` or 0.2."""
    percent = _PERCENT.fullmatch(field.raw)
    if percent and float(percent[1]) <= 100:  # noqa: PLR2004 - a hundred per cent
        return round(float(percent[1]) / 100, 6)
    value = number(field) if field.node.tag in {INT, FLOAT} and ":" not in field.raw else None
    if value is not None and 0 <= value <= 1:
        return value
    meant = f"{field.raw}%" if re.fullmatch("[0-9]{1,2}|100", field.raw) else "a percentage such as 20%"
    _not(field, "a share", meant)
    return None


def number(field: Field) -> float | None:
    """A plain number."""
    if field.node.tag in {INT, FLOAT} and _NUMBER.fullmatch(field.raw) and len(field.raw) <= MOST_DIGITS:
        return float(field.raw)
    _not(field, "a number", field.raw if _NUMBER.fullmatch(field.raw) else "a number such as 3")
    return None


def amount(field: Field, currency: str, least: int = 1) -> int | None:
    """Minor units of the currency from a quoted amount such as ``"200.00"``."""
    value = minor_units(field.raw, currency) if field.is_text else None
    if value is None:
        _not(field, f"an amount in {currency}", _amount_meant(field, currency))
    elif value < least:
        field.wrong(f"{field.shown} is too little; write at least {as_text(least, currency)}")
        return None
    return value


def _amount_meant(field: Field, currency: str) -> str:
    if field.node.tag in {INT, FLOAT} and _NUMBER.fullmatch(field.raw) and not field.raw.startswith("-"):
        whole, _, decimals = field.raw.partition(".")
        places = len(as_text(0, currency).partition(".")[2])
        if len(decimals) <= places:
            return f'it in quotes as "{whole}{"." + decimals.ljust(places, "0") if places else ""}"'
    return f"an amount in quotes with the currency's decimals, such as {example_amount(currency)}"


def rate(field: Field) -> RateLimit | None:
    """A limit over a rolling window from ``3 per 7d``."""
    read = _RATE.fullmatch(field.raw) if field.is_text else None
    if read and read[2].startswith("calendar"):
        field.wrong(f'"{read[2]}" is not supported yet; write a rolling window such as {read[1]} per 1d')
        return None
    window = _DURATION.fullmatch(read[2]) if read else None
    if not read or not window:
        _not(field, "a limit", "a count and a window, such as 3 per 7d")
        return None
    count, length = int(read[1]), int(window[1]) * UNITS[window[2]]
    if not 1 <= count <= MAX_CONTACTS_COUNTED or not SECOND <= length <= LONGEST:
        field.wrong(f"{field.raw} is out of range; write 1 to {MAX_CONTACTS_COUNTED} per 1s to 90d")
        return None
    return RateLimit(count, length)


def time_of_day(field: Field) -> None:
    """Note what is not a time of day such as ``"21:30"``."""
    if not (field.is_text and _TIME.fullmatch(field.raw)):
        _not(field, "a time", f'"{field.raw}"' if _TIME.fullmatch(field.raw) else 'a time in quotes such as "09:00"')
