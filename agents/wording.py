"""How mistakes in a file or setting are told: where, what was found, and what would fit."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

_SENTENCE = re.compile(
    r"^(?P<what>.*?)(?: - at `\$?\.?(?P<path>[^`]*)`(?: in `\$?\.?(?P<parent>[^`]*)`)?)?$", re.DOTALL
)
_UNKNOWN = re.compile(r"unknown field `(?P<key>[^`]+)`")
_ENUM = re.compile(r"Invalid enum value '(?P<value>[^']*)'")
_NUMBER = re.compile(r"\[\d+\]$")
_MISSING = re.compile(r"missing required field `(?P<key>[^`]+)`")

AT_A_GLANCE = 20


def closest(wrong: str, known: Sequence[str]) -> str:
    """A sentence's end that offers what was probably meant, else all there is, if that can be read at a glance."""
    close = get_close_matches(wrong, known, n=1, cutoff=0.5)
    if close:
        return f'did you mean "{close[0]}"?'
    return f"there is {', '.join(known)}" if len(known) <= AT_A_GLANCE else "nothing known is like it"


def explained(
    sentence: str, shapes: Mapping[str, Sequence[str]], choices: Mapping[str, Sequence[str]] | None = None
) -> str:
    """The sentence of msgspec about data of the wrong shape.

    ``shapes`` holds the keys known at each path, ``choices`` the values that may stand at a path.
    """
    found = _SENTENCE.match(sentence)
    what, path, parent = found.group("what", "path", "parent") if found else (sentence, "", None)
    path = (parent or path or "").removesuffix("[...]")
    dotted = f"{path}." if path else ""
    if unknown := _UNKNOWN.search(what):
        return f"{dotted}{unknown['key']}: unknown; {closest(unknown['key'], shapes.get(path, ()))}"
    if missing := _MISSING.search(what):
        return f"{dotted}{missing['key']} is missing"
    fitting = (choices or {}).get(_NUMBER.sub("", path), ())
    if fitting and (enum := _ENUM.search(what)):
        return f'{path}: "{enum["value"]}" is not known; {closest(enum["value"], fitting)}'
    return f"{path or 'the file'}: {what[0].lower()}{what[1:]}"


def reason(error: OSError | UnicodeError) -> str:
    """Why a file cannot be read, without its name: ``no such file or directory``."""
    said = (error.strerror or str(error)) if isinstance(error, OSError) else "it is not UTF-8 text"
    return said[0].lower() + said[1:]
