"""A worker without a fold: everything of the transport is real, the owner writes down what it is given."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, cast

from confluent_kafka.admin import NewTopic

from agents import clients
from agents.settings import Settings
from agents.transport.application import BatchApp, batch_app
from agents.transport.batches import Batch, Place
from agents.transport.consumer import BatchConsumer
from agents.transport.ends import Ends
from agents.transport.lease import Lease
from agents.transport.port import Port
from agents.transport.reader import Reader

TOPIC = "numbers"


def make_topic(settings: Settings, partitions: int) -> None:
    """Create the topic that the rig reads."""
    admin = clients.admin_client(settings)
    for made in admin.create_topics([NewTopic(settings.topic(TOPIC), partitions, 1)]).values():
        made.result()


def publish(settings: Settings, partitions: int, each: int) -> None:
    """``each`` more messages to each partition; their values are their keys."""
    producer = clients.producer(settings)
    for number in range(each):
        for partition in range(partitions):
            producer.produce(settings.topic(TOPIC), value=str(number), partition=partition)
        producer.poll(0)
    assert producer.flush(20) == 0


@dataclass
class Ledger:
    """What all workers of a test have folded: per partition the offsets in order, and where to go on."""

    offsets: dict[Place, list[int]] = field(default_factory=dict)
    start: int = 0

    def next(self, place: Place) -> int:
        """The offset to read next, as a checkpoint would tell."""
        folded = self.offsets.get(place)
        return folded[-1] + 1 if folded else self.start

    def total(self) -> int:
        """How many records were folded."""
        return sum(map(len, self.offsets.values()))


class Recorder:
    """An owner that opens slowly and folds into the ledger."""

    def __init__(self, port: Port, ledger: Ledger, opening: float = 0.0) -> None:
        self.port = port
        self.ledger = ledger
        self.opening = opening
        self.kept: list[tuple[int, set[Place]]] = []
        self.drained: dict[Place, int] = {}
        self.suspended = 0

    async def open(self, place: Place, generation: int) -> int | None:
        """As the ledger says."""
        del generation
        await asyncio.sleep(self.opening)
        return self.ledger.next(place)

    async def suspend(self) -> None:
        """Note it."""
        self.suspended += 1

    async def keep(self, places: set[Place], generation: int) -> None:
        """Note it."""
        self.kept.append((generation, places))

    async def fold(self, batch: Batch) -> None:
        """Append what belongs to the positions in force."""
        for place, records in batch.records.items():
            if batch.epoch == self.port.reader.epoch:
                self.ledger.offsets.setdefault(place, []).extend(record.offset for record in records)
            await asyncio.sleep(0)
        self.drained.update(batch.drained)


@dataclass
class Rig:
    """One worker."""

    app: BatchApp
    port: Port
    owner: Recorder

    @property
    def consumer(self) -> BatchConsumer:
        """The transport's consumer."""
        return cast("BatchConsumer", self.app.consumer)


@contextlib.asynccontextmanager
async def running(settings: Settings, ledger: Ledger, opening: float = 0.0) -> AsyncIterator[Rig]:
    """A worker from start to leave."""
    lease = Lease(settings.session_timeout, settings.lease_margin, time.monotonic)
    ends = Ends(lambda: clients.admin_client(settings), 200, lambda: time.time_ns() // 1_000_000)
    reader = Reader(lambda: clients.consumer(settings), ends, settings.poll_records, settings.fetch_pace_ms / 1000)
    port = Port(settings, lease, reader)
    port.owner = owner = Recorder(port, ledger, opening)
    app = batch_app(settings, "rig", port)

    @app.agent(app.micro_batches(TOPIC), name="rig")
    async def fold(stream: Any) -> None:
        async for batch in app.one_by_one(stream):
            await owner.fold(batch)

    reader.start()
    await app.start()
    try:
        yield Rig(app, port, owner)
    finally:
        reader.withdraw()
        await reader.stop()
        await app.stop()


async def eventually(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for a condition, with a deadline."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not become true in time"
        await asyncio.sleep(0.02)
