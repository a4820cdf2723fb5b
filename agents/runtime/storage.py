"""Where a partition's checkpoints and former outputs are: the port, and its implementation on Kafka.

Blocking: for an executor's thread, never for the event loop.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from threading import Event
from typing import NamedTuple, Protocol

from confluent_kafka import Consumer, Message, TopicCollection

from agents import clients
from agents.runtime.heads import LogFacts
from agents.runtime.reading import Place, bounds, read_to_end
from agents.runtime.tails import TailRead, Written, written
from agents.runtime.transactions import Entry, Transactions
from agents.settings import Settings
from schemas.topics import checkpoints_of

HEAD = b"\x00head"


class Found(NamedTuple):
    """What is there when a partition opens: the log, the checkpoint's head (None without one) and its entries."""

    log: LogFacts
    head: bytes | None
    entries: dict[bytes, bytes]


class Storage(Protocol):
    """One log partition's checkpoints and output partitions. Every call may block and comes from one thread at a time.

    Raises:
        Fenced: another process owns the partition.
        CommitFailed: a passing failure; try again.

    """

    def fence(self) -> None:
        """Shut former owners out of the checkpoints; before anything is read."""

    def read(self) -> Found:
        """The latest durable checkpoint, and what the log holds."""

    def read_tails(self, positions: Mapping[str, int]) -> dict[str, TailRead]:
        """What output topics hold in this partition, each from its position to its end."""

    def commit(self, head: bytes, entries: Iterable[Entry]) -> None:
        """Make entries and head durable together, or not at all; None as value removes the entry."""

    def cancel(self) -> None:
        """Make a running call end soon; from any thread, never blocks."""

    def close(self) -> None:
        """Release connections; an open transaction is left to the next owner to abort."""


class KafkaStorage:
    """The ``checkpoints`` topic and the output topics of a real Kafka."""

    def __init__(
        self, settings: Settings, role: str, topic: str, partition: int, *, may_act: Callable[[], bool]
    ) -> None:
        self._settings = settings
        self._may_act = may_act
        self._log: Place = (settings.topic(topic), partition)
        self._partition = partition
        kept_in, kept_at = checkpoints_of(role, topic, partition)
        self._checkpoints: Place = (settings.topic(kept_in), kept_at)
        self._prefix = f"{role}|{topic}|".encode()
        name = f"{settings.topic_prefix}promostream-{role}-{topic}-{partition}"
        self._transactions = Transactions(settings, name)
        self._cancelled = Event()

    def fence(self) -> None:
        """As promised by the port."""
        self._transactions.fence(self._may_go_on)

    def read(self) -> Found:
        """As promised by the port: fence first, or a zombie may commit behind the reader."""
        facts = self._facts()
        with self._reader("read_uncommitted") as reader:
            low, end = bounds(reader, self._checkpoints, self._cancelled.is_set)
        entries: dict[bytes, bytes] = {}
        with self._reader("read_committed") as reader:
            self._collect(reader, self._checkpoints, (low, end), entries)
        return Found(facts, entries.pop(HEAD, None), entries)

    def read_tails(self, positions: Mapping[str, int]) -> dict[str, TailRead]:
        """As promised by the port."""
        places: dict[Place, str] = {(self._settings.topic(topic), self._partition): topic for topic in positions}
        stopped = self._cancelled.is_set
        found: dict[str, list[Written]] = {topic: [] for topic in positions}
        with self._reader("read_uncommitted") as reader:
            limits = {place: bounds(reader, place, stopped) for place in places}
            starts = {place: max(limits[place][0], positions[topic]) for place, topic in places.items()}
            ends = {place: end for place, (_, end) in limits.items()}
            for message in read_to_end(reader, starts, ends, stopped):
                entry = _written(message)
                if entry is not None:
                    found[places[(message.topic() or "", self._partition)]].append(entry)
        return {
            topic: TailRead(positions[topic], starts[place] - positions[topic], found[topic])
            for place, topic in places.items()
        }

    def commit(self, head: bytes, entries: Iterable[Entry]) -> None:
        """As promised by the port."""
        named = ((self._prefix + key, value) for key, value in chain(entries, ((HEAD, head),)))
        self._transactions.commit(*self._checkpoints, named, self._may_go_on)

    def remove(self, keys: Iterable[bytes]) -> None:
        """Make the head and these entries vanish together, or not at all; fence before."""
        named = ((self._prefix + key, None) for key in chain(keys, (HEAD,)))
        self._transactions.commit(*self._checkpoints, named, self._may_go_on)

    def cancel(self) -> None:
        """As promised by the port."""
        self._cancelled.set()

    def close(self) -> None:
        """As promised by the port."""
        self._transactions.discard()

    def _may_go_on(self) -> bool:
        return not self._cancelled.is_set() and self._may_act()

    def _reader(self, isolation: str) -> Consumer:
        return clients.consumer(self._settings, isolation_level=isolation, fetch_wait_max_ms=10)

    def _facts(self) -> LogFacts:
        with self._reader("read_uncommitted") as reader:
            low, end = bounds(reader, self._log, self._cancelled.is_set)
        admin = clients.admin_client(self._settings)
        described = admin.describe_topics(TopicCollection([self._log[0]]), request_timeout=30)
        return LogFacts(str(described[self._log[0]].result().topic_id), low, end)

    def _collect(self, reader: Consumer, place: Place, limits: tuple[int, int], entries: dict[bytes, bytes]) -> None:
        prefix, start = self._prefix, len(self._prefix)
        for message in read_to_end(reader, {place: limits[0]}, {place: limits[1]}, self._cancelled.is_set):
            key, value = message.key() or b"", message.value()
            if not key.startswith(prefix):
                continue
            if value is None:
                entries.pop(key[start:], None)
            else:
                entries[key[start:]] = value


def _written(message: Message) -> Written | None:
    headers = [(name, text.encode() if isinstance(text, str) else text) for name, text in _pairs(message)]
    return written(message.offset() or 0, message.key() or b"", message.value() or b"", headers)


def _pairs(message: Message) -> Iterable[tuple[str, str | bytes | None]]:
    headers = message.headers() or []
    return headers.items() if isinstance(headers, dict) else headers
