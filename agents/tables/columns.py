"""What a column says: numbers or categories, a label, moments in time."""

from typing import Any, NamedTuple

import numpy as np

from agents.errors import WrongUse
from streams.arrays import Floats, Ints

NUMERIC_SHARE = 0.95
"""From this share of readable values on, a column of text counts as one of numbers."""
IDENTIFIER_SHARE, IDENTIFIER_LEAST = 0.5, 50
MILLISECONDS = 1e11
"""Numbers beyond this are milliseconds since 1970, those under it seconds."""
POSITIVE = {"1", "true", "yes", "y", "t"}
NEGATIVE = {"0", "false", "no", "n", "f"}


class Features(NamedTuple):
    """``numbers`` (n × F, NaN where missing) and ``levels`` (n × C, codes; 0 is missing), with their names."""

    numbers: Floats
    levels: Ints
    number_names: list[str]
    level_names: list[str]
    notes: list[str]


def features(columns: dict[str, Any], named: bool) -> Features:
    """Columns as features; what cannot tell anything is left out with a note, unless it was ``named``."""
    numbers, levels, notes = dict[str, Floats](), dict[str, Ints](), list[str]()
    for name, column in columns.items():
        moments = _moments(column)
        if moments is not None:
            numbers |= {
                name: moments,
                f"{name}.hour": moments % 86_400 // 3_600,
                f"{name}.weekday": moments // 86_400 % 7,
            }
            continue
        values, odd = _numbers(column)
        if values is None:
            levels[name] = _codes(column)
            continue
        numbers[name] = values
        if odd:
            notes.append(f"{name}: {odd} values are no numbers and count as missing")
    for name in [name for name, values in numbers.items() if _constant(values)]:
        notes.append(f"{name}: always the same, left out")
        del numbers[name]
    for name in [] if named else [name for name, codes in levels.items() if _is_identifier(codes)]:
        notes.append(f"{name}: nearly every row has its own value, so it was left out as an identifier")
        del levels[name]
    return Features(_matrix(numbers, np.float64), _matrix(levels, np.int64), list(numbers), list(levels), notes)


def label(name: str, column: Any, positive: str | None) -> Floats:
    """A label as 0 and 1, NaN where it is missing.

    Raises:
        WrongUse: it has other than two values, and which is the positive one is not said.

    """
    texts = [None if value is None else _plain(value) for value in column.to_pylist()]
    found = sorted({text for text in texts if text is not None})
    if positive is not None and _plain(positive) in found:
        wanted = {_plain(positive)}
    elif positive is not None:
        raise WrongUse(f"--positive {positive}: {name} has {_some(found)}; name one of them")
    elif set(found) <= POSITIVE | NEGATIVE:
        wanted = POSITIVE
    else:
        raise WrongUse(f"--label {name} has {_some(found)}, not 0 and 1; say which is the positive one with --positive")
    return np.array([np.nan if text is None else float(text in wanted) for text in texts])


def times(name: str, column: Any) -> Floats:
    """Moments as seconds since 1970, UTC; NaN where missing.

    Raises:
        WrongUse: a value is no moment; with the first such value.

    """
    moments = _moments(column)
    if moments is not None:
        return moments
    values, odd = _numbers(column)
    if values is None or odd:
        first = next(value for value in column.to_pylist() if value is not None and not _is_number(value))
        raise WrongUse(f"--time {name}: {first!r} is no moment; use ISO 8601, or seconds or milliseconds since 1970")
    return np.where(np.abs(values) > MILLISECONDS, values / 1_000.0, values)


def _moments(column: Any) -> Floats | None:
    from pyarrow import ArrowInvalid, compute, timestamp, types  # noqa: PLC0415 - only where a table is read

    if types.is_string(column.type) or types.is_large_string(column.type):
        trimmed = compute.replace_substring_regex(compute.utf8_trim_whitespace(column), r" UTC$", "")
        try:
            column = trimmed.cast(timestamp("us"))
        except ArrowInvalid:
            return None
    if types.is_date(column.type):
        column = column.cast(timestamp("us"))
    if not types.is_timestamp(column.type) or column.null_count == len(column):
        return None
    whole = column.cast(timestamp("us", getattr(column.type, "tz", None))).cast("int64")
    return np.asarray(whole.to_numpy(zero_copy_only=False), dtype=np.float64) / 1e6


def _numbers(column: Any) -> tuple[Floats | None, int]:
    """A column as numbers, and how many of its values are none; (None, 0) for categories."""
    from pyarrow import types  # noqa: PLC0415 - as above

    kind = column.type
    if types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        values = np.asarray(column.cast("float64").to_numpy(zero_copy_only=False), dtype=np.float64)
        return np.where(np.isfinite(values), values, np.nan), 0
    if types.is_null(kind):
        return np.full(len(column), np.nan), 0
    given = [value for value in column.to_pylist() if value is not None]
    odd = sum(not _is_number(value) for value in given)
    if not given or odd > (1.0 - NUMERIC_SHARE) * len(given):
        return None, 0
    return np.array([float(value) if _is_number(value) else np.nan for value in column.to_pylist()]), odd


def _is_number(value: object) -> bool:
    try:
        return bool(np.isfinite(float(str(value))))
    except ValueError:
        return False


def _codes(column: Any) -> Ints:
    encoded = column.cast("string").dictionary_encode() if str(column.type) != "string" else column.dictionary_encode()
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    return np.where(np.isnan(codes.astype(np.float64)), 0, codes.astype(np.float64) + 1.0).astype(np.int64)


def _constant(values: Floats) -> bool:
    """Whether a column of numbers never changes, being missing counted as a value."""
    missing = np.isnan(values)
    present = values[~missing]
    return not len(present) or (not missing.any() and bool(present.min() == present.max()))


def _is_identifier(codes: Ints) -> bool:
    distinct = len(np.unique(codes))
    return distinct > IDENTIFIER_LEAST and distinct > IDENTIFIER_SHARE * len(codes)


def _matrix(columns: dict[str, Any], kind: Any) -> Any:
    return np.stack(list(columns.values()), axis=1) if columns else np.zeros((0, 0), kind)


def _plain(value: object) -> str:
    text = str(value).strip().lower()
    return text.removesuffix(".0")


def _some(found: list[str]) -> str:
    return f"the values {', '.join(found[:5])}" + (" and more" if len(found) > 5 else "")  # noqa: PLR2004
