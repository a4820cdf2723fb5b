"""One partition on a real Kafka, in this process: opening it with so many users, its longest pause as they change."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from statistics import median
from typing import NamedTuple

from msgspec import structs

from agents.runtime.heads import FORMAT, Head, encode_head
from agents.runtime.memory import settle_memory
from agents.runtime.outputs import Outputs
from agents.runtime.partition import Partition, wall_ms
from agents.runtime.storage import Found, KafkaStorage
from agents.runtime.tails import TailRead
from agents.runtime.transactions import Entry
from agents.settings import Settings
from schemas.topics import USER_LOG
from streams.fold import DecideFold
from streams.folding import LogRecord
from tests.benchmarks.population import Population

CHUNK = 100
FOLDED = 30_000
PATIENCE = 120.0
NEVER_AGAIN = 3600.0


class Opening(NamedTuple):
    """Seconds that opening a partition took, in all and to read its checkpoint; and of CPU."""

    seconds: float
    reading: float
    cpu: float


class _TimedStorage:
    """Kafka's storage; remembers how long the last checkpoint took to read."""

    def __init__(self, settings: Settings) -> None:
        self._storage = KafkaStorage(settings, "decide", USER_LOG, 0, may_act=lambda: True)
        self.fence, self.cancel, self.close = self._storage.fence, self._storage.cancel, self._storage.close
        self.reading = 0.0

    def read(self) -> Found:
        began = time.monotonic()
        found = self._storage.read()
        self.reading = time.monotonic() - began
        return found

    def read_tails(self, positions: Mapping[str, int]) -> dict[str, TailRead]:
        return self._storage.read_tails(positions)

    def commit(self, head: bytes, entries: Iterable[Entry]) -> None:
        self._storage.commit(head, entries)


def store(population: Population, users: int, settings: Settings) -> None:
    """Write a checkpoint of so many users, as of the end of what the population has folded."""
    storage = KafkaStorage(settings, "decide", USER_LOG, 0, may_act=lambda: True)
    storage.fence()
    topic_id, applied = storage.read().log.topic_id, len(population.before) - 1
    head = Head(FORMAT, topic_id, applied, {}, wall_ms(), population.head)
    storage.commit(encode_head(head), population.entries(users))
    storage.close()


def opening(population: Population, settings: Settings) -> Opening:
    """How long a new owner takes until it folds."""
    with _owner(population.fold(), settings) as (partition, storage):
        began, cpu = time.monotonic(), time.process_time()
        asyncio.run(_opened(partition))
        return Opening(time.monotonic() - began, storage.reading, time.process_time() - cpu)


def longest_pause(population: Population, users: int, settings: Settings) -> float:
    """The longest time (s) for which the fold stood still while a checkpoint of so many changed users was made."""
    once = structs.replace(settings, checkpoint_interval=NEVER_AGAIN)  # the first one is due at once
    with _owner(population.fold(), once) as (partition, _):
        return asyncio.run(_fold_through_a_checkpoint(partition, population, users))


async def _fold_through_a_checkpoint(partition: Partition, population: Population, users: int) -> float:
    await _opened(partition)
    fold = partition.fold
    assert isinstance(fold, DecideFold)
    for token in [token for token, _ in fold.users]:
        fold.users.change(token)
    records, _ = population.what_follows(users, FOLDED, partition.wanted)
    settle_memory()
    turns, durable, deadline = list[float](), partition.tally.checkpoints, time.monotonic() + PATIENCE
    for at in range(0, len(records), CHUNK):
        turns.append(await _turn(partition, records[at : at + CHUNK]))
    while partition.tally.checkpoints == durable and time.monotonic() < deadline:
        turns.append(await _turn(partition, ()))
    assert partition.tally.checkpoint_entries >= users, f"only {partition.tally.checkpoint_entries} users at once"
    await partition.close(checkpoint=False, deadline=asyncio.get_running_loop().time() + 10)
    return max(turns) - median(turns)


async def _turn(partition: Partition, records: Sequence[LogRecord]) -> float:
    began = time.monotonic()
    await partition.apply(records, partition.epoch)
    partition.step(wall_ms())
    await asyncio.sleep(0 if records else 0.001)
    return time.monotonic() - began


async def _opened(partition: Partition) -> None:
    await partition.open()
    assert partition.phase == "running", partition.reason


@contextmanager
def _owner(fold: DecideFold, settings: Settings) -> Iterator[tuple[Partition, _TimedStorage]]:
    reasons: list[str] = []
    failed: Callable[[str], None] = reasons.append
    outputs, storage = Outputs(settings, failed), _TimedStorage(settings)
    yield Partition("decide", USER_LOG, 0, fold, settings, outputs, may_act=lambda: True, storage=storage), storage
    outputs.close(10)
    storage.close()
    assert not reasons, reasons
