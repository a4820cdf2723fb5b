"""A checkpoint contains exactly its cut, waits for its outputs, and fails without harm."""

import asyncio
from collections.abc import Iterable
from threading import Event

from agents.runtime.heads import decode_head
from agents.runtime.transactions import Entry
from agents.settings import Settings
from tests.making.memory_kafka import MemoryKafka, MemoryStorage
from tests.making.memory_worker import Worker, fill


def test_a_checkpoint_is_of_its_cut_although_folding_goes_on() -> None:
    """Entries changed between cut and commit are written as they were at the cut."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "ab" * 20)
        worker = await Worker(kafka).open()
        await worker.read(20)
        worker.partition.step(10**15)  # cut
        await worker.read()
        await worker.checkpoint()
        assert kafka.head is not None
        assert decode_head(kafka.head).applied == 19
        assert kafka.entries == {b"a": b"10", b"b": b"10"}

    asyncio.run(run())


def test_a_checkpoint_waits_until_its_outputs_are_durable() -> None:
    """The head's positions are those of the cut's own last output, not of what was delivered meanwhile."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "a" * 12)
        worker = await Worker(kafka).open()
        worker.wire.most = 0
        await worker.read(6)
        await worker.step(10, now=10**15)
        assert worker.storage.commits == 0
        await worker.read()
        worker.wire.most = 1000
        await worker.checkpoint()
        assert kafka.head is not None
        assert decode_head(kafka.head).positions["decisions"] == 2
        assert len(kafka.decisions()) == 4

    asyncio.run(run())


def test_a_failed_checkpoint_keeps_its_entries_and_is_tried_again() -> None:
    """No reason to stop; the next one contains everything."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "ab")
        worker = await Worker(kafka).open()
        worker.storage.failures = 2
        await worker.read()
        await worker.checkpoint()
        assert worker.partition.tally.checkpoint_failures == 2
        assert kafka.entries == {b"a": b"1", b"b": b"1"}
        assert worker.fatal == []

    asyncio.run(run())


def test_a_fenced_checkpoint_ends_the_process() -> None:
    """A successor owns the partition: nothing of this process may be written any more."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "aaa")
        zombie = await Worker(kafka).open()
        await zombie.read(2)
        await Worker(kafka).open()
        await zombie.step(20, now=10**15)
        assert zombie.fatal == ["taken over"]
        await zombie.read()
        assert (kafka.head, zombie.partition.applied) == (None, 1)

    asyncio.run(run())


class Slow(MemoryStorage):
    """Commits that take long enough for a successor to come first."""

    def __init__(self, kafka: MemoryKafka) -> None:
        super().__init__(kafka)
        self.may_end = Event()

    def commit(self, head: bytes, entries: Iterable[Entry]) -> None:
        """Wait, then as always."""
        assert self.may_end.wait(5)
        super().commit(head, entries)


def test_a_successor_that_fences_in_a_rebalance_ends_the_partition_and_not_the_process() -> None:
    """A partition may be given away while its checkpoint is being committed; who may act again is in danger."""

    async def run(*, given_away: bool) -> list[str]:
        kafka = fill(MemoryKafka(), "aaa")
        first = Worker(kafka)
        first.partition._storage = slow = Slow(kafka)
        await (await first.open()).read()
        await first.step(20, now=10**15)
        first.lease = False  # the rebalance begins
        await Worker(kafka).open()
        slow.may_end.set()
        if given_away:
            await first.close(checkpoint=False, patience=1.0)
        await first.step(20, now=10**15)
        assert (first.fatal, kafka.head) == ([], None)
        first.lease = True  # it ends
        await first.step(2, now=10**15)
        return first.fatal

    assert asyncio.run(run(given_away=True)) == []
    assert asyncio.run(run(given_away=False)) == ["taken over"]


def test_checkpoints_keep_their_interval_and_only_new_state_is_written() -> None:
    """One per interval; none while nothing was folded; a clock set back does not stop them."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "a" * 30)
        worker = await Worker(kafka, Settings(checkpoint_interval=10.0)).open()
        start = worker.partition.tally.durable_at
        for seconds in (1, 2, 11, 12, 21):
            await worker.read(3)
            await worker.step(10, now=start + seconds * 1000)
        assert worker.storage.commits == 3  # at 1, 11 and 21
        await worker.step(10, now=start + 60_000)
        assert worker.storage.commits == 3
        await worker.read(3)
        await worker.step(10, now=start - 3_600_000)
        assert worker.storage.commits == 4

    asyncio.run(run())


def test_leaving_makes_the_last_checkpoint_and_the_successor_folds_nothing_again() -> None:
    """After a clean stop recovery has nothing to do."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "ab" * 9)
        first = await Worker(kafka, Settings(checkpoint_interval=3600.0)).open()
        await first.read()
        await first.close()
        second = await Worker(kafka).open()
        assert (second.partition.wanted, second.partition.recovery_remaining) == (18, 0)
        assert second.fold.counts == {"a": 9, "b": 9}

    asyncio.run(run())


def test_leaving_keeps_its_deadline_when_the_broker_is_away() -> None:
    """The rest is folded again by the successor."""

    async def run() -> None:
        worker = await Worker(fill(MemoryKafka(), "aaa")).open()
        worker.wire.most = 0
        await worker.read()
        started = asyncio.get_running_loop().time()
        await worker.close(patience=0.1)
        assert asyncio.get_running_loop().time() - started < 1.0
        assert worker.kafka.head is None

    asyncio.run(run())
