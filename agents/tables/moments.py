"""Moments that are written as text: ISO 8601, with zones or without (UTC), and the dates of spreadsheets."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np

from streams.arrays import Floats

DAYS = ("%d.%m.%Y", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%d %b %Y", "%d-%b-%Y")
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
FORMATS = (*(f"{day}{clock}" for day in DAYS for clock in CLOCKS), "%a, %d %b %Y %H:%M:%S %z")
READABLE = 0.95
"""From this share of readable values on, a column of text counts as one of moments."""
PROBED = 200
EITHER = re.compile(r"\d{1,2}/\d{1,2}/\d{4}.*")
"""Days that may be two, such as 03/04/2026."""
MILLISECONDS, MICROSECONDS, NANOSECONDS = 1e11, 1e14, 1e17
"""Numbers beyond these are such since 1970, those under them seconds."""
FIRST_DAY, LAST_DAY = 19_000_101, 21_001_231
FIRST_SERIAL, LAST_SERIAL, SERIAL_EPOCH = 20_000, 80_000, -25_569.0 * 86_400.0
"""Days as spreadsheets number them, 1954 to 2119; day 0 of them, in seconds since 1970."""


def moments(column: Any) -> Floats | None:
    """A pyarrow column as seconds since 1970, UTC (n, NaN where missing); None if its values are no moments."""
    from pyarrow import timestamp, types  # noqa: PLC0415 - only where a table is read

    if column.null_count == len(column):
        return None
    if types.is_string(column.type) or types.is_large_string(column.type):
        return _of_texts(column)
    if types.is_date(column.type):
        column = column.cast(timestamp("us"))
    if not types.is_timestamp(column.type):
        return None
    whole = column.cast(timestamp("us", column.type.tz)).cast("int64")
    return np.asarray(whole.to_numpy(zero_copy_only=False), dtype=np.float64) / 1e6


def of_numbers(values: Floats) -> Floats:
    """Numbers (n, NaN where missing) as seconds since 1970.

    Days as 20260131 or as spreadsheets number them; s, ms, µs or ns since 1970.
    """
    present = values[~np.isnan(values)]
    if len(present) and present.min() >= FIRST_DAY and present.max() <= LAST_DAY:
        days = {day: _day(day) for day in np.unique(present).tolist()}
        if not np.isnan(list(days.values())).any():
            return np.array([days.get(value, np.nan) for value in values.tolist()])
    if len(present) and present.min() >= FIRST_SERIAL and present.max() <= LAST_SERIAL:
        return np.asarray(values * 86_400.0 + SERIAL_EPOCH)
    size = np.abs(values)
    seconds: Floats = values / np.select(
        [size > NANOSECONDS, size > MICROSECONDS, size > MILLISECONDS], [1e9, 1e6, 1e3], 1.0
    )
    return seconds


def no_moment(column: Any) -> str:
    """The first value that stands in the way of reading a pyarrow column as moments, and why, in words."""
    texts = [str(value).strip() for value in column.unique().to_pylist() if value is not None]
    ways: list[Callable[[str], float]] = [_iso, *(partial(_formatted, form=form) for form in FORMATS)]
    readable = [text for text in texts[:PROBED] if any(np.isfinite(_read(text, way)) for way in ways)]
    odd = next((text for text in texts[:PROBED] if text not in readable), None)
    if odd is None and readable and EITHER.fullmatch(readable[0]):
        return f"{readable[0]!r} may be either of two days; write the year first"
    return f"{odd or (texts or ['nothing'])[0]!r} is no moment"


def _of_texts(column: Any) -> Floats | None:
    encoded = column.dictionary_encode()
    codes = np.asarray(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)
    texts = [str(text).strip().removesuffix(" UTC") for text in encoded.dictionary.to_pylist()]
    given = [text for text in texts if text]
    found = _best(given, [_iso]) or _best(given, [partial(_formatted, form=form) for form in FORMATS])
    if found is None:
        return None
    known = dict(zip(given, found, strict=True))
    return np.array([*(known.get(text, np.nan) for text in texts), np.nan])[codes]


def _best(texts: list[str], ways: list[Callable[[str], float]]) -> list[float] | None:
    """What the one way that can read most of the texts makes of them; None if it is too few, or there are two such."""
    able = [way for way in ways if _share([_read(text, way) for text in texts[:PROBED]]) >= READABLE]
    read = sorted(([_read(text, way) for text in texts] for way in able), key=_share, reverse=True)
    if not read or _share(read[0]) < READABLE or (len(read) > 1 and _share(read[1]) == _share(read[0])):
        return None  # 03/04/2026 is either of two days
    return read[0]


def _share(moments: list[float]) -> float:
    return float(np.isfinite(moments).mean()) if moments else 0.0


def _read(text: str, way: Callable[[str], float]) -> float:
    try:
        return way(text)
    except (ValueError, OverflowError):
        return np.nan


def _iso(text: str) -> float:
    return _seconds(datetime.fromisoformat(text))


def _formatted(text: str, form: str) -> float:
    return _seconds(datetime.strptime(text, form))  # noqa: DTZ007 - without a zone it is UTC


def _day(number: float) -> float:
    return _read(f"{number:.0f}", partial(_formatted, form="%Y%m%d")) if number.is_integer() else np.nan


def _seconds(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
