"""Any number of users in the state that a shop's customers have, and what they do next.

A log is folded half; its users are multiplied under new tokens, and so are the records of its second half: the same
profiles, timers and mix of events at every size, so that only the number of users differs.
"""

from collections.abc import Iterator
from itertools import islice

from msgspec import structs

from schemas.codec import decode_msgpack, decode_record, encode_msgpack
from schemas.models import ModelSnapshot
from schemas.records import EventTaken, Record
from streams.fold import DecideFold
from streams.folding import LogRecord, Output
from streams.models.store import ModelStore
from tests.benchmarks.peers.task import EVERY
from tests.benchmarks.shop_log import FOLD, ShopLog

ENCODED_AT_ONCE = 1_000
MEASURED = 20_000


class Population:
    """The users of the first partition of a log after its first half; ``models`` are at hand already."""

    def __init__(self, log: ShopLog) -> None:
        self.models = models_of(log)
        records = log.partitions[0]
        self.before, after = records[: len(records) // 2], records[len(records) // 2 :]
        fold = self.fold()
        fold.fold(self.before, list[Output]())
        self.head, self._entries = fold.cut(), _encoded(fold)
        self._after = [(record, decode_record(record.value)) for record in after]

    def __len__(self) -> int:
        return len(self._entries)

    def fold(self) -> DecideFold:
        """A fold without state."""
        return DecideFold(0, FOLD, self.models)

    def entries(self, users: int) -> Iterator[tuple[bytes, bytes]]:
        """The encoded states of so many users."""
        return islice(self._multiplied(users), users)

    def grown(self, users: int) -> DecideFold:
        """A fold with so many users."""
        fold = self.fold()
        fold.restore(self.head, self.entries(users))
        return fold

    def what_follows(self, users: int, most: int, offset: int) -> tuple[list[LogRecord], int]:
        """The next at most ``most`` records of so many users, the first at ``offset``; how many of them are events."""
        known, found, events = set(self._tokens(users)), list[LogRecord](), 0
        for log, record in self._after:
            for own in self._for_each(record, users, known):
                found.append(LogRecord(offset + len(found), log.timestamp, own.user.encode(), encode_msgpack(own)))
                events += isinstance(own.body, EventTaken)
            if len(found) >= most:
                break
        return found, events

    def sizes(self) -> dict[str, float]:
        """Mean bytes: of a user in a checkpoint, of the log per event, of what is written per event."""
        fold, outputs = self.grown(len(self)), list[Output]()
        records, events = self.what_follows(len(self), MEASURED, fold.applied + 1)
        fold.fold(records, outputs)
        return {
            "checkpoint_bytes_per_user": sum(len(key) + len(state) for key, state in self._entries) / len(self),
            "log_bytes_per_event": sum(len(record.value) + len(record.key or b"") for record in records) / events,
            "output_bytes_per_event": sum(len(output.value) + len(output.key) for output in outputs) / events,
            "records_per_event": len(records) / events,
        }

    def _copies(self, users: int) -> int:
        return -(-users // len(self._entries))

    def _multiplied(self, users: int) -> Iterator[tuple[bytes, bytes]]:
        for copy in range(self._copies(users)):
            for token, state in self._entries:
                yield token + _mark(copy).encode(), state

    def _tokens(self, users: int) -> Iterator[str]:
        """The original tokens of a population that is smaller than the original one."""
        return (token.decode() for token, _ in islice(self._entries, users))

    def _for_each(self, record: Record, users: int, known: set[str]) -> Iterator[Record]:
        """The record for every copy of its user; a record of nobody once; none for a user who was left out."""
        if not record.user:
            yield record
        elif record.user in known:
            for copy in range(self._copies(users)):
                origin = structs.replace(record.origin, source=f"{record.origin.source}{_mark(copy)}")
                yield structs.replace(record, origin=origin, user=record.user + _mark(copy))


def models_of(log: ShopLog) -> ModelStore:
    """The models that a log activates."""
    store = ModelStore(EVERY, EVERY)
    for output in log.models:
        store.add(decode_msgpack(output.value, ModelSnapshot))
    return store


def _mark(copy: int) -> str:
    return f"~{copy}" if copy else ""


def _encoded(fold: DecideFold) -> list[tuple[bytes, bytes]]:
    entries: list[tuple[bytes, bytes]] = []
    while some := fold.encode_frozen(ENCODED_AT_ONCE):
        entries += ((token, state) for token, state in some if state is not None)
    fold.settle()
    return entries
