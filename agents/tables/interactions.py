"""A table of who met what, in the order of time: what ``assess recommend`` is given."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from agents.errors import WrongUse
from agents.tables.columns import amounts, categories, times
from agents.tables.files import TableFile
from streams.arrays import Floats, Ints
from streams.assess.recommend import Interactions

BANDS = 2.0
"""Price bands to a doubling of the price."""
UNTIMED = "without --time rows count as seconds apart: sessions and fading mean little"


class Columns(NamedTuple):
    """Which columns are what; ``weight`` is how much a row counts, 1 where it is missing or not above 0."""

    user: str
    item: str
    time: str | None = None
    category: str | None = None
    brand: str | None = None
    price: str | None = None
    weight: str | None = None


class InteractionTable(NamedTuple):
    """The rows that have a user, an item and a time, and what was odd about the table."""

    interactions: Interactions
    notes: list[str]


def read_interactions(path: Path, columns: Columns) -> InteractionTable:
    """Read a table; rows without user, item or time are left out, and a note says how many.

    Raises:
        WrongUse: the file, a column or a value is not as said, or no row is left; the message names it.

    """
    file = TableFile(path)
    users, items = (_codes(file, name, option) for name, option in ((columns.user, "--user"), (columns.item, "--item")))
    when = times(columns.time, file.require(columns.time, "--time")) if columns.time else np.arange(float(file.rows))
    kept = np.flatnonzero(~np.isnan(np.stack([users, items, when])).any(axis=0))
    if not len(kept):
        raise WrongUse(f"{path}: no row has {columns.user}, {columns.item} and a time; are these the right columns?")
    order = kept[np.argsort(when[kept], kind="stable")]
    attributes = np.stack([*(_levels(file, columns, kind) for kind in ("category", "brand")), _bands(file, columns)])
    weights = amounts("--weight", columns.weight, file.require(columns.weight, "--weight")) if columns.weight else None
    found = Interactions(
        users=_dense(users[order]),
        items=_dense(items[order]),
        moments=when[order],
        weights=np.ones(len(order)) if weights is None else np.where(weights[order] > 0.0, weights[order], 1.0),
        attributes=attributes.T[order],
    )
    without = file.rows - len(kept)
    lacking = [f"{without} rows without user, item or time were left out"] if without else []
    return InteractionTable(found, [*file.notes, *lacking, *([] if columns.time else [UNTIMED])])


def _codes(file: TableFile, name: str, option: str) -> Floats:
    return categories(file.require(name, option))[0]


def _dense(codes: Floats) -> Ints:
    """The same codes from 0 without holes, by first coming: those of rows that were left out are gone."""
    _, first, found = np.unique(codes, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[found], dtype=np.int64)


def _levels(file: TableFile, columns: Columns, kind: str) -> Ints:
    """Codes from 1; 0 where the column or the value is missing."""
    name = getattr(columns, kind)
    if not name:
        return np.zeros(file.rows, np.int64)
    return np.nan_to_num(_codes(file, name, f"--{kind}") + 1.0).astype(np.int64)


def _bands(file: TableFile, columns: Columns) -> Ints:
    """Half octaves of the price, from 1 up; 0 where it is missing or not above 0."""
    if not columns.price:
        return np.zeros(file.rows, np.int64)
    prices = amounts("--price", columns.price, file.require(columns.price, "--price"))
    known = prices > 0.0
    bands = np.floor(BANDS * np.log2(np.where(known, prices, 1.0)))
    lowest = bands[known].min() if known.any() else 0.0
    return np.where(known, bands - lowest + 1.0, 0.0).astype(np.int64)
