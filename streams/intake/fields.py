"""Single fields of a message: repaired and listed, or impossible."""

from schemas.money import Money
from streams.money import DECIMALS

TEXT = 256
"""The longest text (characters) that is kept, and the longest id that is taken."""
MAX_AHEAD = 86_400_000
"""An event time further ahead (ms) of its arrival says nothing about when the event happened."""
EARLIEST = 100_000_000_000
"""1973 in ms: anything smaller was meant in seconds."""
LATEST = 4_102_444_800_000
"""The year 2100 in ms."""
MAX_MONEY = 10**12
MAX_QUANTITY = 10**6
UNKNOWN = -1


class Impossible(Exception):  # noqa: N818 - a finding, caught where messages are cleaned
    """A field's value cannot be."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def clean_time(field: str, time: int, arrival: int | None, repaired: list[str]) -> int:
    """``time`` in ms, at most ``arrival`` (None: no bound but the year 2100).

    Raises:
        Impossible: before 1973, after 2100, or more than a day ahead of its arrival.

    """
    cleaned = time
    if not EARLIEST <= time < LATEST:
        cleaned = _in_milliseconds(field, time)
        repaired.append(field)
    if arrival is not None and cleaned > arrival:
        if cleaned - arrival > MAX_AHEAD:
            raise Impossible(field, f"{time} is more than a day ahead of its arrival")
        cleaned = arrival
        if field not in repaired:
            repaired.append(field)
    return cleaned


def _in_milliseconds(field: str, time: int) -> int:
    if EARLIEST <= time * 1000 < LATEST:
        return time * 1000
    for divisor in (1_000, 1_000_000):
        if EARLIEST <= time // divisor < LATEST:
            return time // divisor
    raise Impossible(field, f"{time} is no time in milliseconds between 1973 and 2100")


def clean_text(field: str, text: str | None, repaired: list[str]) -> str:
    """The text, empty for None, cut to ``TEXT`` characters."""
    if not text:
        return ""
    if len(text) > TEXT:
        repaired.append(field)
        return text[:TEXT]
    return text


def clean_identity(field: str, text: str) -> str:
    """An id as it is.

    Raises:
        Impossible: longer than ``TEXT``; cut, it would be somebody else's.

    """
    if len(text) > TEXT:
        raise Impossible(field, f"{len(text)} characters; an id has at most {TEXT}")
    return text


def clean_money(field: str, money: Money | None, repaired: list[str]) -> tuple[int, str]:
    """Minor units and currency; negative and empty for None.

    Raises:
        Impossible: negative or absurdly large, or in no currency of ISO 4217.

    """
    if money is None:
        return UNKNOWN, ""
    currency = money.currency
    if currency not in DECIMALS:
        currency = currency.strip().upper()
        if currency not in DECIMALS:
            raise Impossible(f"{field}.currency", f"{money.currency[:20]!r} is no ISO 4217 currency")
        repaired.append(f"{field}.currency")
    if not 0 <= money.value <= MAX_MONEY:
        raise Impossible(f"{field}.value", f"{money.value} is not between 0 and {MAX_MONEY} minor units")
    return money.value, currency


def clean_quantity(field: str, quantity: int) -> int:
    """A number of pieces.

    Raises:
        Impossible: under one or absurdly large.

    """
    if not 1 <= quantity <= MAX_QUANTITY:
        raise Impossible(field, f"{quantity} is not between 1 and {MAX_QUANTITY}")
    return quantity
