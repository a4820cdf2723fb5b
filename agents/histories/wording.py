"""How a mapping's mistakes are told: where, what was found, and what would fit."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import get_args

from schemas.events import EventType

_SENTENCE = re.compile(
    r"^(?P<what>.*?)(?: - at `\$?\.?(?P<path>[^`]*)`(?: in `\$?\.?(?P<parent>[^`]*)`)?)?$", re.DOTALL
)
_UNKNOWN = re.compile(r"unknown field `(?P<key>[^`]+)`")
_MISSING = re.compile(r"missing required field `(?P<key>[^`]+)`")


def closest(wrong: str, known: Sequence[str]) -> str:
    """A sentence's end that offers what was probably meant, else all there is."""
    close = get_close_matches(wrong, known, n=1, cutoff=0.5)
    return f'did you mean "{close[0]}"?' if close else f"there is {', '.join(known)}"


def explained(sentence: str, shapes: Mapping[str, Sequence[str]]) -> str:
    """The sentence of msgspec about a file of the wrong shape; ``shapes`` holds the keys known at each path."""
    found = _SENTENCE.match(sentence)
    what, path, parent = found.group("what", "path", "parent") if found else (sentence, "", None)
    path = (parent or path or "").removesuffix("[...]")
    dotted = f"{path}." if path else ""
    if unknown := _UNKNOWN.search(what):
        return f"{dotted}{unknown['key']}: unknown; {closest(unknown['key'], shapes.get(path, ()))}"
    if missing := _MISSING.search(what):
        return f"{dotted}{missing['key']} is missing"
    types = path == "columns.type.values" and what.startswith("Invalid enum value")
    hint = f"; event types are {', '.join(get_args(EventType))}" if types else ""
    return f"{path or 'the file'}: {what[0].lower()}{what[1:]}{hint}"
