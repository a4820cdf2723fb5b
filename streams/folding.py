"""What the runtime drives: a fold over one partition of a log, with a state that can be cut, encoded and restored.

The log is the truth and the state is a cache of it: for every fold, folding a log in any pieces, with a checkpoint
and a restore between any two of them, gives the same outputs and the same encoded state.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import msgspec


class LogRecord(msgspec.Struct, frozen=True, gc=False):
    """One record as the log holds it; ``timestamp`` is the broker's append time in ms."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes


class Output(NamedTuple):
    """One message to write: ``topic`` without prefix; ``origin`` is ``(offset, n)`` of what caused it.

    Outputs to topics that are partitioned like the log go to the partition that the fold folds.
    """

    topic: str
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


class Refusal(Exception):  # noqa: N818 - a refusal is a decision, not an accident
    """The fold will not guess: its partition stops until ``remedy`` is done. State is as of ``applied``."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}; {remedy}")
        self.problem = problem
        self.remedy = remedy


class ModelMissing(Refusal):
    """The log activates a model version that is not at hand (yet): fold again once ``models`` has been read."""


class Fold(Protocol):
    """A fold of one partition. Single-threaded: every call comes from the thread that folds.

    Checkpoint: ``cut()`` freezes the changed entries in O(1) and returns the partition head as of now;
    ``encode_frozen(most)`` returns the next entries (None as value deletes the key), [] when all are encoded; an entry
    that the fold is about to change while frozen is encoded first, by the fold itself. ``thaw()`` gives up the
    checkpoint: its entries count as changed again. ``settle()`` ends a checkpoint that was committed.
    """

    @property
    def applied(self) -> int:
        """Offset of the last record that the state contains; −1 for none."""

    def fold(self, records: Sequence[LogRecord], outputs: list[Output]) -> None:
        """Apply records in order, appending what is to be written; records at or under ``applied`` are skipped.

        Raises:
            Refusal: the record after ``applied`` cannot be folded; outputs of all before it are in ``outputs``.

        """

    def cut(self) -> bytes:
        """Freeze the changed entries and return the partition head (applied offset, origins, control state)."""

    def encode_frozen(self, most: int) -> list[tuple[bytes, bytes | None]]:
        """The next at most ``most`` frozen entries as (key, value); [] when there are none left."""

    def thaw(self) -> None:
        """The checkpoint failed: its entries are changed ones again."""

    def settle(self) -> None:
        """The checkpoint is durable."""

    def restore(self, head: bytes | None, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Set the state to that of a checkpoint; ``None`` means from the log's beginning.

        Raises:
            Refusal: the head was written by a newer version, or on a machine whose arithmetic differs.

        """

    def due(self) -> int | None:
        """The time (ms) at which a tick would let a timer fire; None while only records can."""

    def counters(self) -> dict[str, int]:
        """Totals for metrics and tests, part of the state; names as in CONTRACTS: ``decisions/cart-rescue/sent``."""
