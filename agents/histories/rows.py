"""What every reader of a history gives: rows of wanted values, with the bytes they were read from."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from agents.errors import WrongUse
from agents.histories.mapping import Column
from agents.wording import closest


class Row(NamedTuple):
    """One row: its number (the first is 1), the values of the wanted columns (None where empty), the original bytes.

    ``problem`` says why there are no values: the row is cut off or garbled.
    """

    number: int
    values: Sequence[Any]
    raw: bytes
    problem: str = ""


def positions(wanted: Sequence[Column], names: Sequence[str], count: int) -> list[int]:
    """Where the wanted columns stand among ``count`` columns with these names.

    Raises:
        WrongUse: the history has no such column.

    """
    return [_position(column, names, count) for column in wanted]


def _position(column: Column, names: Sequence[str], count: int) -> int:
    if isinstance(column, int):
        if not 1 <= column <= count:
            raise WrongUse(f"the mapping names column {column}; the rows have columns 1 to {count}")
        return column - 1
    if column not in names:
        raise WrongUse(f'the mapping names column "{column}", which is not there; {closest(column, list(names))}')
    return list(names).index(column)
