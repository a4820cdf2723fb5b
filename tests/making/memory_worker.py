"""A process that owns one partition of an in-memory Kafka; killing it is forgetting it."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType

from agents.runtime.outputs import Outputs
from agents.runtime.partition import Partition
from agents.settings import Settings
from tests.making.counting import CountingFold
from tests.making.memory_kafka import MemoryKafka, MemoryStorage, MemoryWire

SETTINGS = Settings(chunk_records=3, poll_records=10, checkpoint_interval=0.0)


class Worker:
    """One owner. ``lease`` is what its heartbeats say; ``ended`` why it ended at once, ``fatal`` why it must end."""

    def __init__(
        self,
        kafka: MemoryKafka,
        settings: Settings = SETTINGS,
        *,
        wrong: bool = False,
        fold: CountingFold | None = None,
        told: Mapping[str, str] = MappingProxyType({}),
        wire: MemoryWire | None = None,
    ) -> None:
        self.kafka = kafka
        self.wire = wire or MemoryWire(kafka)
        self.storage = MemoryStorage(kafka)
        self.fold = fold or CountingFold(wrong=wrong)
        self.fatal: list[str] = []
        self.lease = True
        self.ended: list[str] = []
        self.outputs = Outputs(
            settings, self.fatal.append, self.wire, lease=lambda: self.lease, at_once=self.ended.append
        )
        self.partition = Partition(
            "decide",
            "user-log",
            0,
            self.fold,
            settings,
            self.outputs,
            may_act=lambda: self.lease,
            grown=lambda: len(self.fold.models),
            told=told,
            storage=self.storage,
        )

    async def open(self) -> "Worker":
        """Open the partition."""
        await self.partition.open()
        return self

    async def read(self, most: int = 1_000_000) -> int:
        """Hand the partition the next records of the log, as a reader does."""
        at = self.partition.wanted
        return await self.partition.apply(self.kafka.log[at : at + most], self.partition.epoch)

    async def step(self, times: int = 1, now: int = 0) -> None:
        """Step, with time for what runs off the loop."""
        for _ in range(times):
            self.partition.step(now)
            await asyncio.sleep(0.0005)

    async def checkpoint(self, now: int = 10**15) -> None:
        """Step until a checkpoint has succeeded."""
        before = self.partition.tally.checkpoints
        async with asyncio.timeout(5):
            while self.partition.tally.checkpoints == before:
                await self.step(now=now)

    async def close(self, *, checkpoint: bool = True, patience: float = 5.0) -> None:
        """Leave in order."""
        await self.partition.close(checkpoint, asyncio.get_running_loop().time() + patience)


def fill(kafka: MemoryKafka, keys: str) -> MemoryKafka:
    """Append one record per letter."""
    for key in keys:
        kafka.append(key)
    return kafka
