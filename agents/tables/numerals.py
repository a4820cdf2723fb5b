"""Numbers that are written as text: with thousands separated, with a decimal comma, with a currency's sign or a %."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from streams.arrays import Floats

NUMERIC_SHARE = 0.95
"""From this share of readable values on, a column of text counts as one of numbers."""
MISSING = {"", "na", "n/a", "nan", "null", "none", "?", "-"}
_SIGNS = re.compile(r"^[$€£¥₹]\s*|\s*[$€£¥₹%]$")
_GROUPED = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
_COMMA = re.compile(r"[-+]?(\d+|\d{1,3}(\.\d{3})+),\d+")


def numerals(column: Any) -> tuple[Floats | None, int]:
    """A pyarrow column of text as numbers (n, NaN where missing), and how many are none; (None, 0) for categories."""
    encoded = column.dictionary_encode()
    codes = np.asarray(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)
    texts = [str(text).strip() for text in encoded.dictionary.to_pylist()]
    absent = np.array([text.lower() in MISSING for text in texts] + [True])
    given = int((~absent[codes]).sum())
    if not given:
        return None, 0
    bare = [_SIGNS.sub("", text) for text in texts]
    read = np.array([*_read(bare), np.nan])[codes]
    odd = given - int(np.isfinite(read).sum())
    return (None, 0) if odd > (1.0 - NUMERIC_SHARE) * given else (read, odd)


def _read(texts: list[str]) -> list[float]:
    """Every text as a number in the way of writing that fits most of them; NaN where it is none."""
    commas = [text for text in texts if "," in text]
    way: Callable[[str], str] = str
    if commas:
        way = _without_groups if all(map(_GROUPED.fullmatch, commas)) else _with_point
    return [_number(way(text)) for text in texts]


def _without_groups(text: str) -> str:
    return text.replace(",", "")


def _with_point(text: str) -> str:
    return text.replace(".", "").replace(",", ".") if _COMMA.fullmatch(text) else text


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return np.nan
    return number if np.isfinite(number) else np.nan
