"""A uniform sample of a stream, bounded and the same on every run (algorithm R, Vitter 1985)."""

from collections.abc import Iterable

from schemas.codec import decode_msgpack, encode_msgpack
from streams.ids import unit_interval

Row = tuple[float, ...]

_KEY = b"row/"


class Reservoir:
    """At most ``size`` rows; which ones follows from ``name`` and the rows' numbers alone.

    Rows are immutable: a cut keeps the very rows that it froze, and later ones replace them only in what changed since.
    """

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._size = size
        self._rows: dict[int, Row] = {}
        self._changed: dict[int, Row] = {}
        self._frozen: dict[int, Row] = {}
        self._unencoded: list[int] = []

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self) -> list[Row]:
        """The sample, by slot."""
        return [self._rows[slot] for slot in sorted(self._rows)]

    def offer(self, row: Row, number: int) -> None:
        """Row ``number`` (from 0) of the stream takes a free slot, or a random one with probability size / (n + 1)."""
        slot = self._slot(number)
        if slot < self._size:
            self._rows[slot] = self._changed[slot] = row

    def rows_with(self, row: Row, number: int) -> list[Row]:
        """The sample as it would be after this ``offer``, by slot."""
        slot = self._slot(number)
        rows = {**self._rows, slot: row} if slot < self._size else self._rows
        return [rows[slot] for slot in sorted(rows)]

    def cut(self) -> None:
        """Freeze what changed since the last cut."""
        self._frozen, self._changed = self._changed, {}
        self._unencoded = list(self._frozen)

    def encode_frozen(self, most: int) -> list[tuple[bytes, bytes | None]]:
        """The next at most ``most`` frozen rows."""
        slots, self._unencoded = self._unencoded[:most], self._unencoded[most:]
        return [(_KEY + str(slot).encode(), encode_msgpack(self._frozen[slot])) for slot in slots]

    def thaw(self) -> None:
        """The cut came to nothing: its rows count as changed."""
        self._changed = self._frozen | self._changed
        self.settle()

    def settle(self) -> None:
        """The cut is durable."""
        self._frozen, self._unencoded = {}, []

    def restore(self, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """The rows of a checkpoint."""
        self._rows = {int(key.removeprefix(_KEY)): decode_msgpack(value, tuple[float, ...]) for key, value in entries}
        self._changed = {}
        self.settle()

    def _slot(self, number: int) -> int:
        if number < self._size:
            return number
        return int(unit_interval("reservoir", f"{self._name}/{number}") * (number + 1))
