"""One cell of a history → one value of an event, or what would have fitted."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, get_args

from agents.histories.mapping import PriceColumn, TimeColumn, TypeColumn
from schemas.events import EventType
from schemas.money import Money
from streams.intake.fields import EARLIEST, LATEST
from streams.money import DECIMALS

Conversion = Callable[[Any], Any]

_UNITS = {"seconds": 1_000, "milliseconds": 1}
_PATTERNS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S UTC",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%dT%H:%M:%S.%f%z",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d",
    "%d.%m.%Y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
)
_OWN_TYPES: dict[str, EventType] = {name: name for name in get_args(EventType)}
_MOST = Decimal(10) ** 18
"""No time in ms and no money of a shop is larger; bounded, or ``1e999999`` would fill the memory."""


class Unfit(ValueError):  # noqa: N818 - it becomes a dead letter's sentence or a mapping's mistake
    """A cell that the mapping cannot read; the text says what would fit."""


def text(value: Any) -> str | None:
    """Any cell as text; a whole number that Parquet gave as a float loses its ``.0``."""
    if value is None or isinstance(value, str):
        return value or None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _exact(value: Any) -> Decimal | None:
    """A cell as a decimal number, None where it is none or is absurdly large."""
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return None
    return exact if exact.is_finite() and abs(exact) <= _MOST else None


def number(value: Any) -> int | None:
    """A whole number."""
    if value is None:
        return None
    exact = _exact(value)
    if exact is None or exact != exact.to_integral_value():
        raise Unfit("a whole number such as 1 would fit")
    return int(exact)


def time_of(column: TimeColumn) -> Conversion:
    """A conversion to ms since 1970, UTC."""

    def convert(value: Any) -> int:
        if value is None:
            raise Unfit("a time is required")
        if isinstance(value, datetime):
            return _from_datetime(value)
        if isinstance(value, date):
            return _from_datetime(datetime(value.year, value.month, value.day, tzinfo=UTC))
        return _from_text(str(value), column.format)

    return convert


@lru_cache(maxsize=10_000)
def _from_text(cell: str, form: str) -> int:
    milliseconds = _milliseconds(cell, form)
    if milliseconds is None or not EARLIEST <= milliseconds < LATEST:
        raise Unfit(_fitting_format(cell, form))
    return milliseconds


def _from_datetime(value: datetime) -> int:
    return round((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp() * 1000)


def _milliseconds(cell: str, form: str) -> int | None:
    """The time, or None where the cell is not of that form."""
    if form in _UNITS:
        exact = _exact(cell)
        return None if exact is None else int(exact * _UNITS[form])
    try:
        return _from_datetime(datetime.strptime(cell, form))  # noqa: DTZ007 - without a zone it is UTC
    except (ValueError, OverflowError):
        return None


def _fitting_format(cell: str, form: str) -> str:
    fits = (known for known in (*_UNITS, *_PATTERNS) if known != form)
    for known in fits:
        milliseconds = _milliseconds(cell, known)
        if milliseconds is not None and EARLIEST <= milliseconds < LATEST:
            return f'not a time of format "{form}"; "{known}" would fit'
    return f'not a time of format "{form}" between 1973 and 2100'


def type_of(column: TypeColumn) -> Conversion:
    """A conversion to event types."""

    def convert(value: Any) -> str:
        label = text(value)
        if label is None:
            raise Unfit("an event type is required")
        known = column.values or _OWN_TYPES
        if label not in known:
            raise Unfit(f"no event type; columns.type.values must say which it is, as it does for {', '.join(known)}")
        return known[label]

    return convert


def price_of(column: PriceColumn) -> Conversion:
    """A conversion to money in minor units; half a unit goes to the even neighbour."""
    scale = 10 ** DECIMALS[column.currency] if column.unit == "major" else 1

    def convert(value: Any) -> Money | None:
        if value is None:
            return None
        exact = _exact(value)
        if exact is None:
            raise Unfit("an amount such as 19.90 would fit, or an empty cell")
        return Money(int((exact * scale).to_integral_value()), column.currency)

    return convert
