"""Moments that are written as text: ISO 8601, with zones or without (UTC), and the dates of spreadsheets."""

from datetime import UTC, datetime
from typing import Any

import numpy as np

from streams.arrays import Floats

FORMATS = tuple(
    f"{day}{clock}" for day in ("%d.%m.%Y", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y") for clock in ("", " %H:%M", " %H:%M:%S")
)


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


def _of_texts(column: Any) -> Floats | None:
    encoded = column.dictionary_encode()
    codes = np.asarray(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)
    texts = [str(text).strip().removesuffix(" UTC") for text in encoded.dictionary.to_pylist()]
    given = [text for text in texts if text]
    read = _iso(given)
    if read is None:
        fitting = [found for found in (_formatted(given, form) for form in FORMATS) if found is not None]
        if len(fitting) != 1:  # 03/04/2026 is either of two days
            return None
        read = fitting[0]
    known = dict(zip(given, read, strict=True))
    return np.array([*(known.get(text, np.nan) for text in texts), np.nan])[codes]


def _iso(texts: list[str]) -> list[float] | None:
    try:
        return [_seconds(datetime.fromisoformat(text)) for text in texts]
    except (ValueError, OverflowError):
        return None


def _formatted(texts: list[str], form: str) -> list[float] | None:
    try:
        return [_seconds(datetime.strptime(text, form).replace(tzinfo=UTC)) for text in texts]
    except (ValueError, OverflowError):
        return None


def _seconds(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
