"""Records and outputs on their way: when the broker takes outputs more slowly than it gives records, reading waits."""

import asyncio

import pytest

from agents.runtime.outputs import MOST_QUEUED
from agents.runtime.partition import QUEUED_POLLS
from agents.runtime.pending import Pending, Taken
from streams.folding import LogRecord
from tests.making.memory_kafka import MemoryKafka, MemoryWire
from tests.making.memory_worker import SETTINGS, Worker, fill

MOST_PENDING = QUEUED_POLLS * SETTINGS.poll_records


class Clogged(MemoryWire):
    """A producer whose broker takes nothing while ``clogged``: as if very many outputs were on their way."""

    clogged = True

    def poll(self, timeout: float) -> int:
        """Nothing arrives."""
        return 0 if self.clogged else super().poll(timeout)

    def __len__(self) -> int:
        return super().__len__() + (MOST_QUEUED if self.clogged else 0)


async def clogged_worker(kafka: MemoryKafka) -> tuple[Worker, Clogged]:
    """An open worker whose outputs go nowhere."""
    wire = Clogged(kafka)
    return await Worker(kafka, wire=wire).open(), wire


async def read_all(worker: Worker) -> None:
    """Fold the log to its end, and leave."""
    while worker.partition.applied < len(worker.kafka.log) - 1:
        await worker.read(SETTINGS.poll_records)
        await worker.step()
    await worker.close()


def test_a_broker_that_takes_no_outputs_stops_reading_before_memory_grows() -> None:
    """Folding pauses at once, a few polls of records wait, then the partition wants no more; and nothing is lost."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "abc" * 200)
        worker, wire = await clogged_worker(kafka)
        for _ in range(500):
            await worker.read(SETTINGS.poll_records)
            await worker.step()
        queued = MemoryWire.__len__(wire)
        assert worker.partition.full
        assert worker.partition.pending <= MOST_PENDING + SETTINGS.poll_records
        assert queued <= SETTINGS.chunk_records * 3
        wire.clogged = False
        await read_all(worker)
        assert worker.fatal == []
        free = fill(MemoryKafka(), "abc" * 200)
        other = await Worker(free).open()
        await read_all(other)
        assert kafka.decisions() == free.decisions()

    asyncio.run(run())


@pytest.mark.parametrize("size", [1, 7, 30])
def test_records_that_wait_are_bounded_by_count(size: int) -> None:
    """Batches beyond the most are not taken, whatever their size: the transport reads them again later."""
    pending, offset = Pending(chunk=3, most=20), 0
    for _ in range(50):
        taken = pending.put([LogRecord(offset + n, 0, None, b"") for n in range(size)])
        offset = pending.wanted
        if taken is Taken.FULL:
            break
    assert pending.full
    assert pending.size < 20 + size
