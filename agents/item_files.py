"""Items from a file: each row becomes a message of the topic ``catalogue`` and is judged as one."""

import csv
from codecs import iterdecode
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from agents.errors import WrongUse
from agents.histories.files import content
from agents.histories.mapping import PriceColumn
from agents.histories.values import Unfit, number, price_of
from agents.tables.files import PARQUET, SUFFIXES, TableFile
from agents.wording import closest
from schemas.catalogue import CatalogueItem
from streams.catalogue.item import Item, change_of
from streams.intake.cleaning import clean_item
from streams.intake.validation import Rejection, checked
from streams.profiles.user import mark

COLUMNS = ("item_id", "category", "brand", "price", "cost", "stock", "pieces", "occurred_at")
_NUMBERS = ("pieces", "occurred_at")
_MONEY = ("price", "cost")

Cells = dict[str, Any]


class Told(NamedTuple):
    """What a file tells: items by mark, one sentence for each row that is not taken, columns that mean nothing."""

    items: dict[int, Item]
    problems: list[str]
    ignored: tuple[str, ...]


def read_items(path: Path, currency: str, as_of: int, now: int) -> Told:
    """All items of a CSV file with a header, of Parquet, or of JSON lines in the topic's own form.

    ``currency`` is that of plain amounts such as 399.00, ``as_of`` (ms) when it was so where a row does not say; what
    was said more than a day after ``now`` is refused: nothing told before then would count.

    Raises:
        WrongUse: the file cannot be read, or has no column ``item_id``.

    """
    told, ignored = Told({}, [], ()), dict[str, None]()
    with closing(_rows(path)) as rows:
        for at, cells in enumerate(rows, 1):
            _require_ids(path, at, cells)
            ignored |= dict.fromkeys(name for name in cells if name not in {*COLUMNS, "kind"})
            problem = _take(told.items, cells, (currency, as_of), now)
            told.problems.extend([f"row {at}: {problem}"] if problem else [])
    if not told.items and not told.problems:
        raise WrongUse(f"{path}: there is no item in it")
    return told._replace(ignored=tuple(ignored))


def _require_ids(path: Path, at: int, cells: Cells) -> None:
    if at == 1 and "item_id" not in cells:
        raise WrongUse(f'{path}: there is no column "item_id"; {closest("item_id", list(cells))}')


def _rows(path: Path) -> Generator[Cells]:
    with content(str(path)) as file:
        packed = file.read(len(PARQUET)) == PARQUET
        file.seek(0)
        suffixes = [suffix for suffix in path.suffixes if suffix != ".gz"]
        if packed:
            yield from _of_table(TableFile(path))
        elif SUFFIXES.get(suffixes[-1] if suffixes else "") == "jsonl":
            yield from (_of_line(line) for line in file if line.strip())
        else:
            yield from _of_csv(iterdecode(file, "utf-8-sig"), path)


def _of_csv(lines: Iterable[str], path: Path) -> Iterator[Cells]:
    try:
        for row in csv.DictReader(lines, restkey="beyond the header"):
            yield _named({name.strip(): cell or None for name, cell in row.items()})
    except (csv.Error, UnicodeDecodeError) as error:
        raise WrongUse(f"{path}: {error}; it should be CSV with a header, in UTF-8") from error


def _of_line(line: bytes) -> Cells:
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return {"item_id": Unfit(f"not a JSON object ({error})")}


def _of_table(table: TableFile) -> Iterator[Cells]:
    columns = [column.to_pylist() for column in table.columns.values()]
    for cells in zip(*columns, strict=True):
        yield _named(dict(zip(table.columns, cells, strict=True)))


def _named(cells: Cells) -> Cells:
    """Without what is empty; but where there is a column of ids, there is an id."""
    there = {name: cell for name, cell in cells.items() if cell is not None}
    return {"item_id": "", **there} if "item_id" in cells else there


def _message(cells: Cells, currency: str, as_of: int) -> Cells:
    """The row as a message of the contract."""
    if isinstance(cells.get("item_id"), Unfit):
        raise cells["item_id"]
    if "beyond the header" in cells:
        raise Unfit("more cells than the header has")
    message = {"kind": "item", "occurred_at": as_of}
    for name in COLUMNS:
        if name in cells:
            message[name] = _cell(name, cells[name], currency)
    return message


def _cell(name: str, value: Any, currency: str) -> Any:
    if name in _MONEY:
        return value if isinstance(value, dict) else _amount(name, value, currency)
    if name not in _NUMBERS:
        return str(value)
    try:
        return number(value)
    except Unfit as unfit:
        raise Unfit(f"{name}: {str(value)[:40]!r} is none; {unfit}") from unfit


def _amount(name: str, value: Any, currency: str) -> Cells:
    if not currency:
        raise Unfit(f"{name}: {value} of which currency? say --currency CNY")
    try:
        money = price_of(PriceColumn(column=name, currency=currency))(value)
    except Unfit as unfit:
        raise Unfit(f"{name}: {str(value)[:40]!r} is no amount; {unfit}") from unfit
    return {"value": money.value, "currency": money.currency}


def _take(items: dict[int, Item], cells: Cells, otherwise: tuple[str, int], now: int) -> str:
    """Add a row's item, or say what is wrong; the newer of two words on one holds, of two as new the later one."""
    try:
        item = checked(_message(cells, *otherwise), CatalogueItem)
    except Unfit as unfit:
        return str(unfit)
    told = item if isinstance(item, Rejection) else clean_item(item, now)
    if isinstance(told, Rejection):
        return told.message
    own = mark(told.item)
    if own not in items or told.occurred_at >= items[own].at:
        items[own] = change_of(told).applied(Item(told.occurred_at))
    return ""
