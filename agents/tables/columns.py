"""What a column says: numbers or categories, a label, moments in time."""

from typing import Any, NamedTuple

import numpy as np

from agents.errors import WrongUse
from agents.tables.moments import moments, no_moment, of_numbers
from agents.tables.numerals import numerals
from streams.arrays import Floats, Ints

IDENTIFIER_SHARE, IDENTIFIER_LEAST = 0.5, 50
POSITIVE = {"1", "true", "yes", "y", "t"}
LARGEST = 1e100
LONGEST = 30
"""Of a value that a message shows."""
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
        when = moments(column)
        if when is not None:
            odd = int(np.isnan(when).sum()) - column.null_count
            notes += [f"{name}: {odd} values are no moments and count as missing"] if odd else []
            numbers |= {name: when, f"{name}.hour": when % 86_400 // 3_600, f"{name}.weekday": when // 86_400 % 7}
            continue
        values, odd = _numbers(column)
        if values is None:
            levels[name] = _codes(column)
            continue
        numbers[name] = values
        if odd:
            notes.append(f"{name}: {odd} values are no numbers and count as missing")
    same = [name for name, values in numbers.items() if _constant(values)]
    for name in [*same, *(name for name, codes in levels.items() if codes.min() == codes.max())]:
        notes.append(f"{name}: always the same, left out")
        (numbers if name in numbers else levels).pop(name)
    for name in [] if named else [name for name, codes in levels.items() if _is_identifier(codes)]:
        notes.append(f"{name}: nearly every row has its own value, so it was left out as an identifier")
        del levels[name]
    return Features(_matrix(numbers, np.float64), _matrix(levels, np.int64), list(numbers), list(levels), notes)


def label(name: str, column: Any, positive: str | None) -> Floats:
    """A label as 0 and 1, NaN where it is missing.

    Raises:
        WrongUse: it has other than two values, and which is the positive one is not said; or it says yes or nothing.

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
    if None in texts and set(found) <= wanted:
        raise WrongUse(
            f"--label {name} is {_some(found)} in {len(texts) - texts.count(None):,} rows and empty in "
            f"{texts.count(None):,}; if empty means no, write 0 there"
        )
    return np.array([np.nan if text is None else float(text in wanted) for text in texts])


def amounts(option: str, name: str, column: Any) -> Floats:
    """A column of numbers, or of yes and no as 1 and 0; NaN where missing or, rarely, no number.

    Raises:
        WrongUse: it holds something else; with the first such value.

    """
    values, _ = _numbers(column)
    if values is not None and not np.isnan(values).all():
        _not_beyond(option, name, values)
        return values
    texts = [None if value is None else _plain(value) for value in column.to_pylist()]
    if {text for text in texts if text is not None} <= POSITIVE | NEGATIVE and any(texts):
        return np.array([np.nan if text is None else float(text in POSITIVE) for text in texts])
    odd = next((value for value in column.to_pylist() if value is not None and not _is_number(value)), None)
    told = "there is no value in it" if odd is None else f"{_short(odd)!r} is no number"
    raise WrongUse(f"{option} {name}: {told}; name a column of numbers, or write them as 1234.5")


def _not_beyond(option: str, name: str, values: Floats) -> None:
    """Refuse numbers whose squares and sums no computer holds."""
    wrong = np.flatnonzero(np.abs(values) > LARGEST)
    if len(wrong):
        found = f"row {wrong[0] + 1:,}: {values[wrong[0]]:g} is beyond {LARGEST:g}"
        raise WrongUse(f"{option} {name}: {found}, no amount is; empty such values, or drop their rows")


def categories(column: Any) -> tuple[Floats, list[str]]:
    """A column's values as codes from 0 (NaN where missing), and the value of each code as text."""
    encoded = column.cast("string").dictionary_encode()
    codes = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.float64)
    return codes, [str(value) for value in encoded.dictionary.to_pylist()]


def times(name: str, column: Any) -> Floats:
    """Moments as seconds since 1970, UTC; NaN where missing or, rarely, unreadable.

    Raises:
        WrongUse: a value is no moment; with the first such value.

    """
    when = moments(column)
    if when is not None:
        return when
    values, _ = _numbers(column)
    if values is None:
        told = "use ISO 8601, or seconds or milliseconds since 1970"
        raise WrongUse(f"--time {name}: {no_moment(column)}; {told}")
    return of_numbers(values)


def _numbers(column: Any) -> tuple[Floats | None, int]:
    """A column as numbers, and how many of its values are none; (None, 0) for categories."""
    from pyarrow import types  # noqa: PLC0415 - as above

    kind = column.type
    if types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        values = np.asarray(column.cast("float64", safe=False).to_numpy(zero_copy_only=False), dtype=np.float64)
        return np.where(np.isfinite(values), values, np.nan), 0
    if types.is_null(kind):
        return np.full(len(column), np.nan), 0
    return numerals(column.cast("string"))


def _is_number(value: object) -> bool:
    try:
        return bool(np.isfinite(float(str(value))))
    except ValueError:
        return False


def _codes(column: Any) -> Ints:
    encoded = column.cast("string").dictionary_encode()
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
    shown = ", ".join(map(_short, found[:5]))
    return f"the values {shown}" + (" and more" if len(found) > 5 else "")  # noqa: PLR2004


def _short(value: object) -> str:
    """A value on one line, cut where it is long."""
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
