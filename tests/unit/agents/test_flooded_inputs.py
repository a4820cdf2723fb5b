"""A partition that is paused for its dead letters, beside others, with batches of it still on their way."""

import asyncio
from collections import defaultdict
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.deliveries import Deliveries
from agents.inputs import InputPartitions
from agents.metrics import Exporter
from agents.settings import Settings
from agents.transport.batches import Batch, Place
from agents.transport.lease import Lease
from agents.transport.port import Port
from agents.transport.reader import Reader
from schemas.topics import EVENT_SOURCES
from streams.intake.fold import IntakeFold, IntakeOutput, SourceRecord

FLOOD, OTHER = Place("x.clicks", 0), Place("x.clicks", 1)
CHUNK = 3


class Fold:
    """Notes what it is given; the test says which partitions bring too much garbage."""

    def __init__(self) -> None:
        self.folded: dict[int, list[int]] = defaultdict(list)
        self.told_drained: list[int] = []
        self.flooding: set[int] = set()

    def own(self, *assigned: object) -> None:
        """Not used."""

    def fold(self, topic: str, partition: int, records: list[SourceRecord], now: int) -> list[IntakeOutput]:
        """Note the offsets."""
        del topic, now
        self.folded[partition] += [record.offset for record in records]
        return []

    def drained(self, topic: str, partition: int, now: int) -> list[IntakeOutput]:
        """Note the partition."""
        del topic, now
        self.told_drained.append(partition)
        return []

    def tick(self, now: int) -> list[IntakeOutput]:
        """Nothing."""
        del now
        return []

    def paused(self, topic: str, partition: int, now: int) -> bool:
        """As the test says."""
        del topic, now
        return partition in self.flooding

    def held(self, topic: str, partition: int) -> int:
        """Nothing waits in a merge."""
        del topic, partition
        return 0

    def positions(self) -> dict[tuple[str, int], int]:
        """Where the next one is read."""
        return {("clicks", partition): offsets[-1] + 1 for partition, offsets in self.folded.items() if offsets}

    def take_ages(self) -> list[tuple[str, int]]:
        """None."""
        return []


class Source:
    """A reader whose batches are taken when the test says so; offsets are even: logs have gaps."""

    def __init__(self) -> None:
        self.epoch = 1
        self.at: dict[Place, int] = {}
        self.queue: list[Batch] = []

    def place(self, epoch: int, positions: dict[Place, int]) -> None:
        """Read on from there."""
        assert epoch == self.epoch
        self.at |= positions

    def leave(self, place: Place) -> None:
        """Read it no more; what is in the queue stays."""
        self.at.pop(place, None)

    def fetch(self, count: int) -> None:
        """Read so many of every partition, and see their ends."""
        read = {place: [record(at + at % 2 + 2 * n) for n in range(count)] for place, at in self.at.items()}
        self.at = {place: records[-1].offset + 1 for place, records in read.items()}
        self.queue.append(Batch(self.epoch, read, dict.fromkeys(read, 1)))


def record(offset: int) -> SourceRecord:
    """Something."""
    return SourceRecord(offset, 1_790_000_000_000, b"", b"")


class World:
    """Two input partitions over fakes."""

    def __init__(self) -> None:
        self.fold, self.source, self.exporter = Fold(), Source(), Exporter("1")
        lease = Lease(1e9, 0, lambda: 0.0)
        lease.answered(0.0)
        told = Settings(topic_prefix="x.", session_timeout=0.05, chunk_records=CHUNK)
        port = Port(told, lease, cast("Reader", self.source))
        deliveries = Deliveries(told, cast("Any", self), port.fail)
        fold = cast("IntakeFold", self.fold)
        self.inputs = InputPartitions(port, fold, deliveries, self.exporter, dict.fromkeys(EVENT_SOURCES, 2))
        self.inputs.offsets = cast("Any", self)

    def __len__(self) -> int:
        return 0

    def poll(self, timeout: float) -> int:
        """The producer: nothing to report."""
        del timeout
        return 0

    async def committed(self, place: Place) -> int:
        """The group's offset: the beginning."""
        del place
        return 0

    async def commit_offsets(self, offsets: dict[Place, int]) -> str:
        """Committed."""
        del offsets
        return ""

    async def assign(self, generation: int) -> None:
        """A rebalance that gives this process both partitions."""
        self.source.epoch += 1
        self.source.at.clear()
        self.source.queue.clear()
        await self.inputs.keep({FLOOD, OTHER}, generation)
        for place in (FLOOD, OTHER):
            self.source.at[place] = await self.inputs.open(place, generation) or 0

    async def act(self, name: str, number: int) -> None:
        """One of the things that may happen next."""
        if name == "fetch":
            self.source.fetch(number)
        elif name == "fold" and self.source.queue:
            await self.inputs.fold(self.source.queue.pop(0))
        elif name == "flood":
            self.fold.flooding = {0} if number % 2 else set()
        elif name == "step":
            self.inputs._ticked = 0  # the time between two ticks has passed
            await self.inputs.step()

    async def finish(self) -> None:
        """The flood ends, and everything is read and folded."""
        self.fold.flooding = set()
        for _ in range(60):
            await self.act("step", 0)
            await self.act("fold", 0)


ACTS = st.lists(st.tuples(st.sampled_from(["fetch", "fold", "flood", "step"]), st.integers(1, 8)), max_size=40)


@settings(max_examples=200, deadline=None)
@given(ACTS)
def test_a_pause_loses_nothing_and_repeats_nothing(acts: list[tuple[str, int]]) -> None:
    """However fetching, folding and flooding interleave, every record is folded once, in order."""

    async def story() -> None:
        world = World()
        await world.assign(1)
        for name, number in acts:
            await world.act(name, number)
        await world.finish()
        world.source.fetch(400)  # more than was ever fetched: what is read again is passed
        await world.act("fold", 0)
        for offsets in world.fold.folded.values():
            assert offsets == [2 * n for n in range(len(offsets))]
            assert offsets[-1] + 1 == world.source.at[FLOOD if offsets is world.fold.folded[0] else OTHER]

    asyncio.run(story())


def metric(world: World) -> float:
    """How many partitions of clicks are paused."""
    return world.exporter.registry.get_sample_value("promostream_source_paused", {"source": "clicks"}) or 0.0


def test_others_are_read_on_while_one_is_paused() -> None:
    """The flooded one stops after the chunk that was too much, is not called drained, and is told of; then goes on."""

    async def story() -> None:
        world = World()
        await world.assign(1)
        world.fold.flooding = {0}
        for _ in range(3):
            world.source.fetch(5)
        for act in ("fold", "fold", "fold", "step"):
            await world.act(act, 0)
        assert (len(world.fold.folded[0]), len(world.fold.folded[1])) == (CHUNK, 15)
        assert set(world.fold.told_drained) == {1}
        assert FLOOD not in world.source.at
        assert metric(world) == 1
        await world.finish()
        assert len(world.fold.folded[0]) == 15
        assert world.source.at[FLOOD] == world.source.at[OTHER] == 29
        assert metric(world) == 0

    asyncio.run(story())


def test_a_rebalance_reads_again_from_what_was_folded() -> None:
    """What waited in memory is dropped with the batches that were on their way."""

    async def story() -> None:
        world = World()
        await world.assign(1)
        world.fold.flooding = {0}
        world.source.fetch(5)
        await world.act("fold", 0)
        await world.assign(2)
        assert world.source.at == {FLOOD: 5, OTHER: 9}
        world.fold.flooding = set()
        world.source.fetch(2)
        await world.act("fold", 0)
        assert world.fold.folded[0] == [0, 2, 4, 6, 8]

    asyncio.run(story())
