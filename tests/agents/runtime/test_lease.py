"""What a process may still send when its lease ends: nothing."""

import asyncio
from collections.abc import Callable, Sequence

from streams.folding import LogRecord, Output
from tests.making.counting import CountingFold
from tests.making.memory_kafka import MemoryKafka
from tests.making.memory_worker import Worker, fill


class Stopped(CountingFold):
    """A process that is stopped after it has folded."""

    then: Callable[[], None]

    def fold(self, records: Sequence[LogRecord], outputs: list[Output]) -> None:
        """Fold, and then time passes."""
        super().fold(records, outputs)
        self.then()


def test_what_was_folded_with_the_lease_is_not_sent_without_it() -> None:
    """A process may be stopped between the two for longer than its session lasts."""

    async def run() -> None:
        fold = Stopped()
        worker = await Worker(fill(MemoryKafka(), "a" * 12), fold=fold).open()
        fold.then = lambda: setattr(worker, "lease", False)
        await worker.read()
        assert worker.fatal == ["the lease ended between folding and sending"]
        assert (len(worker.wire), worker.kafka.decisions()) == (0, [])

    asyncio.run(run())


def test_outputs_that_wait_when_the_lease_ends_end_the_process_at_once() -> None:
    """Nobody can call them back, and they would arrive where a successor has read to the end already."""

    async def run() -> None:
        worker = await Worker(fill(MemoryKafka(), "a" * 12)).open()
        worker.wire.most = 0
        await worker.read()
        await worker.step()
        assert (len(worker.wire), worker.ended) == (6, [])
        worker.lease = False
        await worker.step()
        assert worker.ended == ["outputs were still on their way when the lease ended"]

    asyncio.run(run())


def test_without_outputs_a_lease_may_end_and_come_back() -> None:
    """A broker that is away for a moment costs nobody anything."""

    async def run() -> None:
        worker = await Worker(fill(MemoryKafka(), "a" * 12)).open()
        worker.lease = False
        await worker.step(3)
        worker.lease = True
        worker.partition.lanes.send([Output("decisions", b"a", b"{}", (("origin", b"e1/0/1/0"),))])
        await worker.step()
        assert (worker.ended, worker.fatal, len(worker.kafka.decisions())) == ([], [], 1)

    asyncio.run(run())
