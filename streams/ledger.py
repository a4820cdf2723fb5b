"""What a fold over one topic remembers besides its findings: position, origins, versions published, counts."""

from typing import Any, TypeVar

import msgspec

from schemas.codec import decode_msgpack, encode_msgpack
from schemas.origins import Origin
from streams.folding import Refusal
from streams.state import numerics

VERSION = 4
"""Of the encoded state; a newer one is refused, an older one begins without what it did not know: challengers."""

T = TypeVar("T")


class Ledger(msgspec.Struct, array_like=True):
    """Position in the log, highest origins by source and partition, versions published, counters.

    ``waiting`` counts what was learned since the last publication, which was at ``published_at`` (ms of log time).
    """

    applied: int = -1
    waiting: int = 0
    origins: dict[str, dict[int, tuple[int, int]]] = {}
    versions: dict[str, int] = {}
    tallies: dict[str, int] = {}
    published_at: int = 0

    def is_due(self, every: int, pause: int, at: int, more: int = 0) -> bool:
        """Whether to publish at log time ``at`` (ms): enough was learned, ``more`` included, and the pause is over."""
        rested = not self.published_at or at - self.published_at >= pause
        return rested and self.waiting + more >= every

    def note_published(self, at: int, *names: str) -> None:
        """These models were published in their next version: learning and pausing begin anew."""
        self.waiting, self.published_at = 0, at
        for name in names:
            self.versions[name] = self.next_version(name)

    def would_be_new(self, origin: Origin) -> bool:
        """Whether a record is newer than all of its source partition before it."""
        return (origin.offset, origin.n) > self.origins.get(origin.source, {}).get(origin.partition, (-1, -1))

    def is_new(self, origin: Origin) -> bool:
        """As ``would_be_new``; remembers the record if so."""
        if not self.would_be_new(origin):
            return False
        self.origins.setdefault(origin.source, {})[origin.partition] = (origin.offset, origin.n)
        return True

    def takes(self, origin: Origin, topic: str) -> bool:
        """As ``is_new``; a record of ``topic`` that is not is counted as a duplicate."""
        if self.is_new(origin):
            return True
        self.count(f"duplicates_total|{topic}")
        return False

    def count(self, name: str) -> None:
        """Add one to a counter, named as in ``Fold.counters``."""
        self.tallies[name] = self.tallies.get(name, 0) + 1

    def next_version(self, name: str) -> int:
        """The version a model is published under next, counted from 1."""
        return self.versions.get(name, 0) + 1


def encode_head(content: Any) -> bytes:
    """A partition head, marked with the state's version and this machine's arithmetic."""
    return encode_msgpack((VERSION, numerics(), content))


def decode_head(head: bytes, kind: type[T]) -> T:
    """The content of a partition head.

    Raises:
        Refusal: it is of a newer version or of a machine with other arithmetic.

    """
    version, arithmetic, _ = msgspec.msgpack.decode(head)
    if version > VERSION:
        raise Refusal(
            f"the checkpoint has state version {version}, this program knows up to {VERSION}",
            "run the newer program, or fold the log anew: `promostream checkpoints delete`",
        )
    if arithmetic != numerics():
        raise Refusal(
            "the checkpoint was written on a machine whose exp, log or pow differ",
            "use machines of one kind, or fold the log anew: `promostream checkpoints delete`",
        )
    return decode_msgpack(head, tuple[int, str, kind])[2]  # type: ignore[valid-type]
