"""JSON lines: one object per line; ``a.b`` names field b of object a."""

from collections.abc import Iterator, Sequence
from typing import IO, Any

import msgspec

from agents.errors import WrongUse
from agents.histories.mapping import Column, Mapping
from agents.histories.rows import Row
from agents.wording import closest

_SAMPLE = 1_000
"""Rows within which a column must have appeared once."""


def read_json_lines(file: IO[bytes], mapping: Mapping, wanted: Sequence[Column]) -> Iterator[Row]:
    """Rows of a JSON-lines file; empty lines are none.

    Raises:
        WrongUse: a wanted column appears in none of the first 1,000 rows.

    """
    del mapping
    paths = [tuple(str(column).split(".")) for column in wanted]
    decoder = msgspec.json.Decoder(dict[str, Any])
    waiting: list[Row] = []
    seen: set[str] = set()
    for number, line in enumerate((line for line in file if line.strip()), 1):
        row, names = _row(number, line.rstrip(b"\r\n"), decoder, paths)
        waiting.append(row)
        if number <= _SAMPLE:
            seen |= names
        if number >= _SAMPLE:
            _require(paths, seen)
            yield from waiting
            waiting = []
    _require(paths, seen)
    yield from waiting


def _row(
    number: int, line: bytes, decoder: msgspec.json.Decoder[dict[str, Any]], paths: Sequence[tuple[str, ...]]
) -> tuple[Row, set[str]]:
    try:
        found = decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Row(number, (), line, f"not a JSON object: {error}"), set()
    return Row(number, [_reach(found, path) for path in paths], line), set(found)


def _reach(found: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _require(paths: Sequence[tuple[str, ...]], seen: set[str]) -> None:
    missing = [path[0] for path in paths if path[0] not in seen]
    if missing and seen:
        raise WrongUse(
            f'the mapping names column "{missing[0]}", which none of the first {_SAMPLE} rows has; '
            f"{closest(missing[0], sorted(seen))}"
        )
