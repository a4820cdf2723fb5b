"""A snapshot of the catalogue: its columns as plain arrays, and the compiled form that looks items up."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.models import ModelSnapshot
from streams.catalogue.item import UNCOUNTED, UNKNOWN, Item
from streams.features.catalogue import VERSION
from streams.folding import Refusal
from streams.models.snapshots import pack, seal, unpack

NAME = "items"
"""Of the snapshots on ``models``."""
ALGORITHM = "item_table"
MARK = "mark"
FIELDS = ("at", "category", "brand", "price", "cost", "stock")
"""The columns, as fields of ``Item``."""
MAX_ITEMS = 100_000
"""A message on ``models`` holds 8 MB, an item takes 56 bytes."""

Columns = NDArray[np.int64]


class ItemTable:
    """Items by mark, in ascending order; 56 bytes of memory an item."""

    def __init__(self, marks: Columns, columns: Mapping[str, Columns]) -> None:
        self._marks = marks
        self._columns = tuple(columns[name] for name in FIELDS)
        self.as_of = int(columns["at"].max(initial=0))
        """When (ms) the newest word in it was said; 0 without items."""

    @classmethod
    def from_snapshot(cls, snapshot: ModelSnapshot) -> "ItemTable":
        """Compile a verified snapshot.

        Raises:
            Refusal: its arrays make no table of items.

        """
        wrong = Refusal(f"model {snapshot.key}: its arrays make no items", "publish the catalogue again")
        if set(snapshot.arrays) != {MARK, *FIELDS}:
            raise wrong
        arrays = {name: unpack(array) for name, array in snapshot.arrays.items()}
        if not _are_marks(arrays[MARK]) or any(not _fits(arrays, name) for name in FIELDS):
            raise wrong
        return cls(arrays[MARK], arrays)

    def __len__(self) -> int:
        """How many items there are."""
        return len(self._marks)

    def marks(self) -> list[int]:
        """All marks, in ascending order."""
        marks: list[int] = self._marks.tolist()
        return marks

    def get(self, mark: int) -> Item | None:
        """The item of that mark; None where there is none."""
        row = self._row(mark)
        return None if row is None else Item(*[int(column[row]) for column in self._columns])

    def told_at(self, mark: int) -> int:
        """When (ms) the item was told of; −1 where it never was."""
        row = self._row(mark)
        return UNKNOWN if row is None else int(self._columns[0][row])

    def _row(self, mark: int) -> int | None:
        if not len(self):
            return None
        row = int(self._marks.searchsorted(mark))
        return row if row < len(self._marks) and self._marks[row] == mark else None


def snapshot_of(items: Mapping[int, Item], version: int) -> ModelSnapshot:
    """A sealed snapshot of items by their marks; it is as of the newest word in it.

    Raises:
        ValueError: none, or more than ``MAX_ITEMS``.

    """
    if not 0 < len(items) <= MAX_ITEMS:
        raise ValueError(f"a snapshot holds 1 to {MAX_ITEMS:,} items, not {len(items):,}")
    marks = sorted(items)
    arrays = {name: [getattr(items[mark], name) for mark in marks] for name in FIELDS}
    return seal(
        ModelSnapshot(
            name=NAME,
            version=version,
            algorithm=ALGORITHM,
            catalogue=VERSION,
            features=(),
            arrays={name: pack(np.array(values, np.int64)) for name, values in {MARK: marks, **arrays}.items()},
            trained_on=len(marks),
            trained_until=max(arrays["at"]),
        )
    )


def _are_marks(marks: NDArray[Any]) -> bool:
    """Whether these are numbers of 63 bits, each larger than the one before."""
    plain = marks.dtype == np.int64 and marks.ndim == 1 and 0 < len(marks) <= MAX_ITEMS
    return plain and bool(marks[0] >= 0) and bool((marks[1:] > marks[:-1]).all())


def _fits(arrays: Mapping[str, NDArray[Any]], name: str) -> bool:
    column = arrays[name]
    if column.dtype != np.int64 or column.shape != arrays[MARK].shape or bool((column < UNKNOWN).any()):
        return False
    return name != "stock" or bool((column <= UNCOUNTED).all())


NO_ITEMS = ItemTable(np.empty(0, np.int64), {name: np.empty(0, np.int64) for name in FIELDS})
