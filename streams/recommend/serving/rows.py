"""A capped table by mark: what was touched longest ago leaves, and a checkpoint writes only what changed."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar

from schemas.codec import decode_msgpack, encode_msgpack


class Row(Protocol):
    """A struct; ``touched`` numbers the touches of all rows, so that their order is known again."""

    touched: int


R = TypeVar("R", bound=Row)


class Rows(Generic[R]):
    """At most ``most`` rows of one ``kind``, whose entries in a checkpoint begin with ``prefix``.

    What changes between two cuts is little, so a cut encodes it at once.
    """

    def __init__(self, kind: type[R], prefix: bytes, most: int) -> None:
        self._kind, self._prefix, self._most = kind, prefix, most
        self._rows: OrderedDict[int, R] = OrderedDict()
        self._changed: dict[int, None] = {}
        self._cut: dict[int, None] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, key: int) -> R | None:
        """A row to read."""
        return self._rows.get(key)

    def entries(self) -> Iterable[tuple[int, R]]:
        """All rows, those touched longest ago first."""
        return self._rows.items()

    def touch(self, key: int, number: int) -> R | None:
        """A row to change; the latest from now on."""
        row = self._rows.get(key)
        if row is not None:
            row.touched = number
            self._rows.move_to_end(key)
            self._changed[key] = None
        return row

    def add(self, key: int, row: R) -> R | None:
        """A new row, the latest; the one that leaves for it, if any."""
        left = None
        if len(self._rows) >= self._most:
            gone, left = self._rows.popitem(last=False)
            self._changed[gone] = None
        self._rows[key] = row
        self._changed[key] = None
        return left

    def remove(self, key: int) -> None:
        """A row leaves."""
        del self._rows[key]
        self._changed[key] = None

    def change_all(self) -> None:
        """Every row has changed."""
        self._changed |= dict.fromkeys(self._rows)

    def cut(self) -> list[tuple[bytes, bytes | None]]:
        """The entries that changed since the last cut; None as value where there is none any more."""
        self._cut, self._changed = self._changed, {}
        return [self._entry(key) for key in self._cut]

    def thaw(self) -> None:
        """The cut came to nothing: its rows count as changed."""
        self._changed = self._cut | self._changed
        self._cut = {}

    def settle(self) -> None:
        """The cut is durable."""
        self._cut = {}

    def restore(self, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """The rows among a checkpoint's entries."""
        mine = [(key, value) for key, value in entries if key.startswith(self._prefix)]
        rows = [(int(key.removeprefix(self._prefix)), decode_msgpack(value, self._kind)) for key, value in mine]
        self._rows = OrderedDict(sorted(rows, key=lambda entry: entry[1].touched))
        self._changed, self._cut = {}, {}

    def _entry(self, key: int) -> tuple[bytes, bytes | None]:
        row = self._rows.get(key)
        return self._prefix + str(key).encode(), None if row is None else encode_msgpack(row)
