"""CSV rows, quoted line breaks included, each with the bytes it came from."""

import csv
from collections.abc import Iterator, Sequence
from typing import IO

from agents.histories.mapping import Column, Mapping
from agents.histories.rows import Row, positions

Cells = list[str]


class _Lines:
    """Decodes lines for the csv module and remembers the bytes that it took."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._taken: list[bytes] = []

    def __iter__(self) -> Iterator[str]:
        for number, line in enumerate(self._file):
            self._taken.append(line)
            text = line.decode("utf-8", "surrogateescape")
            yield text.removeprefix("\ufeff") if number == 0 else text

    def take(self) -> bytes:
        """The bytes since the last call, without the line's end."""
        taken, self._taken = b"".join(self._taken), []
        return taken.rstrip(b"\r\n")


def read_csv(file: IO[bytes], mapping: Mapping, wanted: Sequence[Column]) -> Iterator[Row]:
    """Rows of a CSV file; empty lines are none.

    Raises:
        WrongUse: a wanted column is not there.

    """
    lines = _Lines(file)
    rows = _rows(csv.reader(lines, delimiter=mapping.delimiter), lines)
    first, raw, problem = next(rows, ([], b"", ""))
    names: Sequence[str] = first if mapping.has_header else mapping.names
    count = len(names) or len(first)
    places = positions(wanted, names, count)
    needed = max((place for place, column in zip(places, wanted, strict=True) if column in _needed(mapping)), default=0)
    shortest = count if mapping.short_rows == "refuse" else needed + 1
    number = 0
    if (first or problem) and not mapping.has_header:
        number = 1
        yield _row(1, (first, raw, problem), places, (shortest, count))
    for number, read in enumerate(rows, number + 1):  # noqa: B020 - counts on from the first row
        yield _row(number, read, places, (shortest, count))


def _needed(mapping: Mapping) -> set[Column]:
    fields = mapping.fields()
    return {fields[name] for name in ("user_id", "anonymous_id", "occurred_at", "type") if name in fields}


def _rows(reader: Iterator[Cells], lines: _Lines) -> Iterator[tuple[Cells, bytes, str]]:
    while True:
        try:
            cells, problem = next(reader), ""
        except StopIteration:
            return
        except csv.Error as error:
            cells, problem = [], str(error)
        raw = lines.take()
        if cells or problem:
            yield cells, raw, problem


def _row(number: int, read: tuple[Cells, bytes, str], places: list[int], bounds: tuple[int, int]) -> Row:
    cells, raw, problem = read
    shortest, count = bounds
    if problem:
        return Row(number, (), raw, problem)
    if not shortest <= len(cells) <= count:
        cut = " (cut off?)" if len(cells) < count else " (a delimiter inside a value?)"
        return Row(number, (), raw, f"{len(cells)} cells instead of {count}{cut}")
    if not raw.isascii() and not _is_utf8(cells):
        return Row(number, (), raw, "not UTF-8")
    return Row(number, [(cells[place] if place < len(cells) else "") or None for place in places], raw)


def _is_utf8(cells: Cells) -> bool:
    """Whether no byte had to be smuggled through as a surrogate."""
    try:
        "".join(cells).encode()
    except UnicodeEncodeError:
        return False
    return True
