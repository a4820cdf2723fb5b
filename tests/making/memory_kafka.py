"""Log, outputs and checkpoints of one partition in memory, behind the same ports as on Kafka."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from confluent_kafka import KafkaError, Message

from agents.runtime.heads import LogFacts
from agents.runtime.lanes import COMPARED
from agents.runtime.storage import Found
from agents.runtime.tails import TailRead, written
from agents.runtime.transactions import CommitFailed, Entry, Fenced
from streams.folding import LogRecord

Delivered = Callable[[KafkaError | None, Message], None]


class Sent(NamedTuple):
    """One message of an output partition."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


class MemoryKafka:
    """What survives a process: the log, the output topics by broker name, the last checkpoint."""

    def __init__(self) -> None:
        self.log: list[LogRecord] = []
        self.low = 0
        self.topic_id = "log-1"
        self.outputs: dict[str, list[Sent]] = {}
        self.head: bytes | None = None
        self.entries: dict[bytes, bytes] = {}
        self.owner = 0

    def append(self, key: str, value: str = "") -> None:
        """One more record of the log."""
        self.log.append(LogRecord(len(self.log), 0, key.encode(), value.encode()))

    def decisions(self) -> list[Sent]:
        """What stands in the public output topic."""
        return self.outputs.get("decisions", [])


class MemoryWire:
    """A producer: messages arrive at ``poll``, at most ``most`` at a time, each topic in order."""

    def __init__(self, kafka: MemoryKafka, most: int = 1_000_000) -> None:
        self.most = most
        self.fails = False
        self._kafka = kafka
        self._queue: list[tuple[str, Sent, Delivered]] = []

    def produce(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        partition: int = -1,
        *,
        on_delivery: Delivered,
        headers: list[tuple[str, str | bytes | None]],
    ) -> None:
        """As a producer does."""
        del partition
        pairs = tuple((name, text) for name, text in headers if isinstance(text, bytes))
        self._queue.append((topic, Sent(key or b"", value or b"", pairs), on_delivery))

    def poll(self, timeout: float) -> int:
        """As a producer does."""
        del timeout
        now, self._queue = self._queue[: self.most], self._queue[self.most :]
        for topic, message, on_delivery in now:
            there = self._kafka.outputs.setdefault(topic, [])
            if self.fails:
                on_delivery(KafkaError(KafkaError._MSG_TIMED_OUT), Message())
                continue
            there.append(message)
            on_delivery(None, Message(topic=topic, partition=0, offset=len(there) - 1))
        return len(now)

    def flush(self, timeout: float) -> int:
        """As a producer does."""
        return self.poll(timeout)

    def __len__(self) -> int:
        return len(self._queue)


class MemoryStorage:
    """Checkpoints with fencing; the next ``failures`` commits fail."""

    def __init__(self, kafka: MemoryKafka) -> None:
        self.failures = 0
        self.commits = 0
        self._kafka = kafka
        self._term = 0

    def fence(self) -> None:
        """As the port says."""
        self._kafka.owner += 1
        self._term = self._kafka.owner

    def read(self) -> Found:
        """As the port says."""
        kafka = self._kafka
        return Found(LogFacts(kafka.topic_id, kafka.low, len(kafka.log)), kafka.head, dict(kafka.entries))

    def read_tails(self, positions: Mapping[str, int]) -> dict[str, TailRead]:
        """As the port says."""
        return {topic: self._tail(topic, positions[topic]) for topic in COMPARED}

    def commit(self, head: bytes, entries: Iterable[Entry]) -> None:
        """As the port says."""
        if self._term != self._kafka.owner:
            raise Fenced("taken over")
        if self.failures:
            self.failures -= 1
            raise CommitFailed("the broker is away")
        self.commits += 1
        self._kafka.head = head
        for key, value in entries:
            if value is None:
                self._kafka.entries.pop(key, None)
            else:
                self._kafka.entries[key] = value

    def cancel(self) -> None:
        """As the port says."""

    def close(self) -> None:
        """As the port says."""

    def _tail(self, topic: str, start: int) -> TailRead:
        messages = self._kafka.outputs.get(topic, [])
        entries = (written(at, *messages[at]) for at in range(start, len(messages)))
        return TailRead(start, 0, [entry for entry in entries if entry is not None])
