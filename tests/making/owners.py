"""An owner of one partition on a real Kafka, and what tests read and write beside it."""

import asyncio
from collections.abc import Sequence

from confluent_kafka import Producer

from agents import clients
from agents.runtime.outputs import Outputs, output_producer
from agents.runtime.partition import Partition, wall_ms
from agents.runtime.reading import bounds, read_to_end
from agents.settings import Settings
from streams.folding import LogRecord, Output
from tests.making.counting import CountingFold
from tests.making.memory_kafka import Sent

PARTITION = 1
"""Not 0, so that a mixed-up partition shows."""


class Owner:
    """One process's part in a partition. Killing it is ``die()``: what it had queued is lost."""

    def __init__(self, settings: Settings, *, wrong: bool = False) -> None:
        self.settings = settings
        self.fold = CountingFold(PARTITION, wrong=wrong)
        self.fatal: list[str] = []
        self.lease = True
        self.wire = output_producer(settings)
        self.outputs = Outputs(settings, self.fatal.append, self.wire)
        self.partition = Partition(
            "decide",
            "user-log",
            PARTITION,
            self.fold,
            settings,
            self.outputs,
            may_act=lambda: self.lease,
            grown=lambda: len(self.fold.models),
        )

    async def open(self) -> "Owner":
        """Open the partition."""
        await self.partition.open()
        return self

    async def read(self, upto: int | None = None) -> "Owner":
        """Fold the log from where the partition wants it, up to (not including) an offset."""
        records = await asyncio.to_thread(read_log, self.settings)
        await self.partition.apply(records[self.partition.wanted : upto], self.partition.epoch)
        return self

    async def until(self, what: str, deadline: float = 20.0) -> "Owner":
        """Step until ``delivered``, ``checkpointed``, ``failed`` (a checkpoint) or ``fatal``."""
        tally, start = self.partition.tally, self.partition.tally.checkpoint_failures
        async with asyncio.timeout(deadline):
            while not {
                "delivered": self.partition.lanes.drained,
                "checkpointed": tally.durable == self.partition.applied,
                "failed": tally.checkpoint_failures > start,
                "fatal": bool(self.fatal),
            }[what]:
                self.outputs.serve() if what == "delivered" else self.partition.step(wall_ms())
                await asyncio.sleep(0.002)
        return self

    async def leave(self) -> None:
        """Close in order."""
        await self.partition.close(checkpoint=True, deadline=asyncio.get_running_loop().time() + 10)
        self.outputs.close(5)

    def die(self) -> None:
        """Die as by SIGKILL, as far as the broker can tell: queued outputs are lost, nothing is committed."""
        if isinstance(self.wire, Producer):
            self.wire.purge()
        self.partition._storage.close()


def write_log(settings: Settings, keys: Sequence[str], value: str = "") -> None:
    """Append one record per key to the log partition."""
    write(settings, "user-log", [Sent(key.encode(), value.encode(), ()) for key in keys])


def write(settings: Settings, topic: str, messages: Sequence[Sent], partition: int = PARTITION) -> None:
    """Append messages to a topic's partition and wait for them."""
    producer = clients.producer(settings)
    for message in messages:
        producer.produce(settings.topic(topic), message.value, message.key, partition, headers=[*message.headers])
    assert producer.flush(20) == 0


def read(settings: Settings, topic: str, partition: int = PARTITION) -> list[tuple[int, Sent]]:
    """All messages of a topic's partition with their offsets."""
    place = (settings.topic(topic), partition)
    with clients.consumer(settings, fetch_wait_max_ms=10, isolation_level="read_uncommitted") as reader:
        low, end = bounds(reader, place, lambda: False)
        messages = list(read_to_end(reader, {place: low}, {place: end}, lambda: False))
    return [
        (m.offset() or 0, Sent(m.key() or b"", m.value() or b"", tuple(m.headers() or ())))  # type: ignore[arg-type]
        for m in messages
    ]


def read_log(settings: Settings) -> list[LogRecord]:
    """The log partition."""
    return [LogRecord(offset, 0, message.key, message.value) for offset, message in read(settings, "user-log")]


def decisions(settings: Settings) -> list[Sent]:
    """What stands in the public output topic."""
    return [message for _, message in read(settings, "decisions")]


def straight(settings: Settings) -> tuple[dict[str, int], list[Sent]]:
    """State and decisions of one fold of the log without interruption."""
    fold, outputs = CountingFold(PARTITION), list[Output]()
    fold.fold(read_log(settings), outputs)
    return fold.counts, [Sent(o.key, o.value, o.headers) for o in outputs if o.topic == "decisions"]
