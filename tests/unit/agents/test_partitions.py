import asyncio
from collections.abc import Callable, Coroutine, Sequence
from types import SimpleNamespace
from typing import Any, cast

from agents.metrics import Exporter
from agents.partitions import FoldedPartitions
from agents.runtime.partition import Partition
from agents.runtime.tally import Tally
from agents.settings import Settings
from agents.transport.batches import Batch, Place
from agents.transport.lease import Lease
from agents.transport.port import Port
from agents.transport.reader import Reader
from streams.folding import LogRecord

ZERO, ONE = Place("x.user-log", 0), Place("x.user-log", 1)


class Log:
    """A partition as the runtime shows it; it folds what it may, and remembers."""

    def __init__(self, number: int, may_act: Callable[[], bool]) -> None:
        self.name = f"user-log/{number}"
        self.phase, self.reason, self.epoch, self.pending, self.full = "opening", "", 0, 0, False
        self.behind = self.in_hurry = False
        self.wanted = 10 * number
        self.tally = Tally(refolded_records=2)
        self.lanes = SimpleNamespace(drained=True, determinism_violations=0)
        self.fold = SimpleNamespace(counters=lambda: {"records_total|decide|e": 5})
        self.may_act = may_act
        self.closed: list[bool] = []
        self.broken = False

    async def open(self) -> int:
        """Recover."""
        self.phase = "running"
        return self.wanted

    async def apply(self, records: Sequence[LogRecord], epoch: int) -> int:
        """Fold what follows."""
        assert epoch == self.epoch
        if self.broken:
            raise ValueError(self.name)
        if not self.full and records[0].offset == self.wanted:
            self.wanted = records[-1].offset + 1
        return self.wanted

    def step(self, now: int) -> None:
        """Nothing."""

    async def close(self, checkpoint: bool, deadline: float) -> None:
        """Close."""
        del deadline
        self.phase = "closed"
        self.closed.append(checkpoint)


class Reading:
    """A reader that only notes its commands."""

    def __init__(self) -> None:
        self.epoch = 0
        self.placed: list[dict[Place, int]] = []

    def withdraw(self) -> int:
        """A new epoch."""
        self.epoch += 1
        return self.epoch

    def place(self, epoch: int, positions: dict[Place, int]) -> None:
        """New positions."""
        assert epoch == self.epoch
        self.placed.append(dict(positions))


class World:
    """Partitions over fakes."""

    def __init__(self) -> None:
        self.reader, self.logs = Reading(), list[Log]()
        self.now = 0.0
        lease = Lease(10, 2, lambda: self.now)
        lease.answered(0.0)
        self.port = Port(Settings(topic_prefix="x."), lease, cast("Reader", self.reader))
        self.partitions = FoldedPartitions("decide", self.port, Exporter("1"), self._make)

    def _make(self, topic: str, number: int, may_act: Callable[[], bool]) -> Partition:
        assert topic == "user-log"
        self.logs.append(Log(number, may_act))
        return cast("Partition", self.logs[-1])

    async def assign(self, generation: int, *places: Place) -> list[int | None]:
        """A whole rebalance, as the transport plays it."""
        self.begin_rebalance()
        await self.partitions.suspend()
        await self.partitions.keep(set(places), generation)
        return [await self.partitions.open(place, generation) for place in places]

    def begin_rebalance(self) -> None:
        """What the transport does before anything else."""
        self.port.rebalances += 1
        self.reader.withdraw()

    def batch(self, place: Place, first: int, last: int) -> Batch:
        """Records read in the epoch in force."""
        records = [LogRecord(offset, 1000, None, b"") for offset in range(first, last + 1)]
        return Batch(self.reader.epoch, {place: records}, {})


def play(story: Callable[[World], Coroutine[Any, Any, None]]) -> None:
    """Run a test's story."""

    async def run() -> None:
        await story(World())

    asyncio.run(run())


def test_a_partition_kept_through_a_rebalance_goes_on_from_memory() -> None:
    """The generation followed the last one: nobody else can have folded in between."""

    async def story(world: World) -> None:
        assert await world.assign(4, ZERO, ONE) == [0, 10]
        await world.partitions.fold(world.batch(ZERO, 0, 6))
        assert await world.assign(5, ZERO) == [7]
        assert [log.closed for log in world.logs] == [[], [False]]

    play(story)


def test_who_missed_a_generation_starts_anew() -> None:
    """Others may have folded and checkpointed meanwhile."""

    async def story(world: World) -> None:
        await world.assign(4, ZERO)
        await world.partitions.fold(world.batch(ZERO, 0, 6))
        assert await world.assign(6, ZERO) == [0]
        assert [log.closed for log in world.logs] == [[False], []]

    play(story)


def test_nothing_is_folded_between_the_start_of_a_rebalance_and_its_end() -> None:
    """The successor may be reading already."""

    async def story(world: World) -> None:
        await world.assign(1, ZERO)
        assert world.logs[0].may_act()
        await world.partitions.suspend()
        assert not world.logs[0].may_act()
        await world.partitions.keep({ZERO}, 2)
        assert world.logs[0].may_act()
        world.now = 8.0
        assert not world.logs[0].may_act()

    play(story)


def test_who_leaves_opens_nothing_any_more() -> None:
    """A rebalance while the last checkpoints are written must not start the work anew."""

    async def story(world: World) -> None:
        await world.assign(1, ZERO)
        await world.partitions.close(checkpoint=True, seconds=1.0)
        assert await world.assign(2, ZERO) == [None]
        assert (len(world.logs), world.logs[0].may_act()) == (1, False)

    play(story)


def test_the_end_of_one_rebalance_does_not_count_for_the_next() -> None:
    """Closing what was given away takes time, and another rebalance may begin meanwhile."""

    async def story(world: World) -> None:
        await world.assign(1, ZERO, ONE)
        closing, closed = asyncio.Event(), world.logs[1].close

        async def slow(checkpoint: bool, deadline: float) -> None:
            await closing.wait()
            await closed(checkpoint, deadline)

        world.logs[1].close = slow  # type: ignore[method-assign]  # a close that takes its time
        world.begin_rebalance()
        await world.partitions.suspend()
        first = asyncio.create_task(world.partitions.keep({ZERO}, 2))
        await asyncio.sleep(0)
        world.begin_rebalance()
        await world.partitions.suspend()
        closing.set()
        await first
        assert not world.logs[0].may_act()
        await world.partitions.keep({ZERO}, 3)
        assert world.logs[0].may_act()

    play(story)


def test_an_opening_that_a_rebalance_interrupts_is_closed_before_the_group_goes_on() -> None:
    """A late fence would shut the rightful owner out."""

    async def story(world: World) -> None:
        await world.assign(1, ZERO)
        world.logs[0].phase = "opening"
        await world.partitions.suspend()
        assert world.logs[0].closed == [False]
        assert world.partitions.by_place == {}

    play(story)


def test_a_batch_of_another_epoch_is_dropped() -> None:
    """It was read at positions that hold no more."""

    async def story(world: World) -> None:
        await world.assign(1, ZERO)
        stale = world.batch(ZERO, 0, 6)
        world.reader.withdraw()
        await world.partitions.fold(stale)
        assert world.logs[0].wanted == 0

    play(story)


def test_a_partition_that_wants_another_offset_gets_it() -> None:
    """All positions are set anew, each to what its partition wants."""

    async def story(world: World) -> None:
        await world.assign(1, ZERO, ONE)
        await world.partitions.fold(world.batch(ZERO, 3, 6))
        assert world.reader.placed == [{ZERO: 0, ONE: 10}]

    play(story)


def test_a_full_partition_is_not_read_until_it_has_room() -> None:
    """It waits for a model; the others go on."""

    async def story(world: World) -> None:
        await world.assign(1, ZERO, ONE)
        world.logs[0].full = True
        await world.partitions.fold(world.batch(ZERO, 0, 6))
        assert world.reader.placed == [{ONE: 10}]
        await world.partitions.step()
        assert len(world.reader.placed) == 1
        world.logs[0].full = False
        await world.partitions.step()
        assert world.reader.placed[1] == {ZERO: 0, ONE: 10}

    play(story)


def test_a_batch_waits_a_little_for_a_full_partition() -> None:
    """What was read need not be read again when the model comes soon."""

    async def story(world: World) -> None:
        await world.assign(1, ZERO, ONE)
        world.logs[0].full = True
        folding = asyncio.create_task(world.partitions.fold(world.batch(ZERO, 0, 6)))
        await asyncio.sleep(0.02)
        assert not folding.done()
        world.logs[0].full = False
        await folding
        assert (world.logs[0].wanted, world.reader.placed) == (7, [])

    play(story)


def test_a_batch_that_waits_is_dropped_when_positions_move() -> None:
    """A rebalance does not wait for it, and nothing is folded that was read before."""

    async def story(world: World) -> None:
        await world.assign(1, ZERO)
        world.logs[0].full = True
        folding = asyncio.create_task(world.partitions.fold(world.batch(ZERO, 0, 6)))
        await asyncio.sleep(0.02)
        world.begin_rebalance()
        world.logs[0].full = False
        await folding
        assert (world.logs[0].wanted, world.reader.placed) == (0, [])

    play(story)


def test_a_fold_that_raises_ends_the_process_and_not_the_agent() -> None:
    """Faust would restart the agent and lose the batch."""

    async def story(world: World) -> None:
        await world.assign(1, ZERO)
        world.logs[0].broken = True
        await world.partitions.fold(world.batch(ZERO, 0, 6))
        assert "user-log/0 failed (ValueError" in world.port.failed.result()

    play(story)


def test_what_closed_partitions_counted_in_this_process_is_not_lost() -> None:
    """Counters of the process only grow; those of the state leave with it."""

    async def story(world: World) -> None:
        await world.assign(1, ZERO, ONE)
        await world.assign(2, ZERO)
        totals = [dict(counters) for counters in world.partitions.counters()]
        assert sum(counters.get("refold_records_total", 0) for counters in totals) == 4
        assert sum(counters.get("records_total|decide|e", 0) for counters in totals) == 5

    play(story)


def test_a_partition_that_does_not_run_is_told() -> None:
    """With its reason: that is what /readyz answers."""

    async def story(world: World) -> None:
        await world.assign(1, ZERO)
        assert world.partitions.problems() == []
        world.logs[0].phase, world.logs[0].reason = "refused", "the log was cut; begin a new one"
        assert world.partitions.problems() == ["user-log/0 refused: the log was cut; begin a new one"]

    play(story)
