"""What an output partition already holds beyond a checkpoint: compared when folding again, never sent again."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

from streams.folding import Output

ORIGIN = "origin"
Headers = Iterable[tuple[str, bytes | None]]


class Written(NamedTuple):
    """One message of the tail: whose output it is, where it stands, and a digest of key, value and headers."""

    origin: bytes
    epoch: bytes
    caused_by: int
    offset: int
    digest: bytes


class TailRead(NamedTuple):
    """One output partition from ``position`` on; ``lost`` messages after it are gone by retention."""

    position: int
    lost: int
    written: Sequence[Written]


def digest(key: bytes, value: bytes, headers: Headers) -> bytes:
    """16 bytes that differ when key, value or headers do."""
    state = blake2b(digest_size=16)
    for part in (key, value, *(piece for name, text in headers for piece in (name.encode(), text or b""))):
        state.update(len(part).to_bytes(4, "big"))
        state.update(part)
    return state.digest()


def origin_of(headers: Headers) -> bytes:
    """The ``origin`` header, ``<epoch>/<partition>/<offset>/<n>``; empty where there is none."""
    return next((text or b"" for name, text in headers if name == ORIGIN), b"")


def place_of(origin: bytes) -> tuple[int, int]:
    """Log offset and number of an origin, by which outputs are ordered."""
    _, _, offset, number = origin.rsplit(b"/", 3)
    return int(offset), int(number)


def written(offset: int, key: bytes, value: bytes, headers: Sequence[tuple[str, bytes | None]]) -> Written | None:
    """The tail's entry for one message; None for a message that no fold wrote."""
    parts = (origin := origin_of(headers)).rsplit(b"/", 3)
    if len(parts) != 4 or not (parts[2].isdigit() and parts[3].isdigit()):  # noqa: PLR2004 - epoch, partition, offset, n
        return None
    return Written(origin, parts[0], int(parts[2]), offset, digest(key, value, headers))


class Tail:
    """The outputs that are there already, in the order of the partition; the first of repeats counts.

    ``strict``: the log is known to be the one that wrote them (there was a checkpoint), so an output that folding
    again does not produce is a violation; otherwise only one of the epoch that is being folded is.
    """

    def __init__(self, read: TailRead, applied: int, *, strict: bool) -> None:
        self._entries: OrderedDict[bytes, Written] = OrderedDict()
        for entry in read.written:
            if entry.caused_by > applied:
                self._entries.setdefault(entry.origin, entry)
        self._lost = read.lost
        self._kept_from = place_of(read.written[0].origin) if read.written else None
        self._strict = strict
        self._epoch = b""
        self.violations: list[str] = []
        self.compared = 0
        self.filled = 0

    def __bool__(self) -> bool:
        return bool(self._entries) or self._lost > 0

    @property
    def first(self) -> int | None:
        """Offset of the first message that was not produced again yet."""
        return next(iter(self._entries.values())).offset if self._entries else None

    def take(self, output: Output) -> int | None:
        """Offset at which the output stands already (−1: it did, before retention); None if it must be sent."""
        origin = origin_of(output.headers)
        self._epoch = self._epoch or origin.rsplit(b"/", 3)[0]
        entry = self._entries.pop(origin, None)
        if entry is None:
            return self._take_missing(origin)
        self._lost = 0
        self.compared += 1
        if digest(output.key, output.value, output.headers) != entry.digest:
            self.violations.append(f"{output.topic} offset {entry.offset}: {origin.decode()} has other bytes now")
        return entry.offset

    def pass_by(self, topic: str, applied: int) -> None:
        """Every output caused up to ``applied`` has been produced: what still stands first was not."""
        while self._entries and (entry := next(iter(self._entries.values()))).caused_by <= applied:
            self._entries.popitem(last=False)
            if self._strict or entry.epoch == self._epoch:
                self.violations.append(f"{topic} offset {entry.offset}: {entry.origin.decode()} is not produced now")

    def _take_missing(self, origin: bytes) -> int | None:
        # Outputs stand in order: what comes before the first one that is left was there. Where none is left, as many
        # are taken for gone as there are offsets; records were fewer if others wrote there too.
        if self._lost and (self._kept_from is None or place_of(origin) < self._kept_from):
            self._lost -= self._kept_from is None
            return -1
        self._lost = 0
        self.filled += 1
        return None
