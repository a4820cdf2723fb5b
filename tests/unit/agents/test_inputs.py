import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, cast

from confluent_kafka import KafkaError, Message

from agents.deliveries import Deliveries
from agents.inputs import InputPartitions
from agents.metrics import Exporter
from agents.settings import Settings
from agents.transport.batches import BEGINNING, Batch, Place
from agents.transport.lease import Lease
from agents.transport.port import Port
from agents.transport.reader import Reader
from schemas.codec import decode_record
from schemas.records import WatermarkReached
from schemas.topics import BROWSES, CLICKS, EVENT_SOURCES, PURCHASES
from streams.intake.fold import IntakeFold, IntakeSettings, SourceRecord

HERE, THERE = Place("x.clicks", 0), Place("x.clicks", 1)
ONE_EACH = dict.fromkeys(EVENT_SOURCES, 1)
EVENT = b'{"event_id":"e%d","type":"click","user_id":"u1","occurred_at":1790000000000,"item_id":"i1","source":"app"}'


class Broker:
    """A producer whose deliveries the test reports, and the group's offsets."""

    def __init__(self) -> None:
        self.queued: list[Callable[[KafkaError | None, Message], None]] = []
        self.written: list[tuple[str, int, bytes]] = []
        self.offsets: dict[Place, int] = {}
        self.commits: list[dict[Place, int]] = []

    def produce(
        self, topic: str, value: bytes | None = None, key: bytes | None = None, partition: int = -1, **more: Any
    ) -> None:
        """Queue."""
        del key
        self.written.append((topic, partition, value or b""))
        self.queued.append(more["on_delivery"])

    def poll(self, timeout: float) -> int:
        """Deliver nothing."""
        del timeout
        return 0

    def flush(self, timeout: float) -> int:
        """Not used."""
        del timeout
        return 0

    def __len__(self) -> int:
        return len(self.queued)

    def deliver(self, error: KafkaError | None = None) -> None:
        """Report everything queued."""
        queued, self.queued = self.queued, []
        for report in queued:
            report(error, cast("Message", _Written()))

    async def committed(self, place: Place) -> int | None:
        """The committed offset."""
        return self.offsets.get(place)

    async def commit_offsets(self, offsets: Mapping[Place, int]) -> str:
        """Commit."""
        self.commits.append(dict(offsets))
        self.offsets.update(offsets)
        return ""


class _Written:
    def topic(self) -> str:
        return "x.user-log"


class _Epoch:
    epoch = 0


class World:
    """Input partitions of a log with two partitions, over fakes."""

    def __init__(self) -> None:
        self.broker = Broker()
        self.reader = _Epoch()
        lease = Lease(1e9, 0, lambda: 0.0)
        lease.answered(0.0)
        settings = Settings(topic_prefix="x.", session_timeout=0.05)
        self.port = Port(settings, lease, cast("Reader", self.reader))
        fold = IntakeFold(IntakeSettings(token_key=bytes(64), partitions=2))
        deliveries = Deliveries(settings, self.broker, self.port.fail)
        self.exporter = Exporter("1")
        self.inputs = InputPartitions(self.port, fold, deliveries, self.exporter, ONE_EACH)
        self.inputs.offsets = self.broker

    async def assign(self, generation: int, *places: Place) -> list[int | None]:
        """A whole rebalance, as the transport plays it."""
        self.reader.epoch += 1
        await self.inputs.suspend()
        await self.inputs.keep(set(places), generation)
        return [await self.inputs.open(place, generation) for place in places]

    async def read(self, place: Place, first: int, last: int) -> None:
        """Fold events at these offsets."""
        records = [SourceRecord(offset, 1_790_000_000_000, b"u1", EVENT % offset) for offset in range(first, last + 1)]
        await self.inputs.fold(Batch(self.reader.epoch, {place: records}, {}))

    async def commit(self) -> None:
        """Let the second pass in which offsets are committed."""
        self.inputs._committed_at = 0
        await self.inputs.step()


def play(story: Callable[[World], Coroutine[Any, Any, None]]) -> None:
    """Run a test's story."""

    async def run() -> None:
        await story(World())

    asyncio.run(run())


def test_offsets_are_committed_only_when_what_was_written_is_delivered() -> None:
    """Else a crash would lose records between the log and the group's offset."""

    async def story(world: World) -> None:
        assert await world.assign(1, HERE) == [BEGINNING]
        await world.read(HERE, 0, 4)
        await world.commit()
        assert world.broker.commits == []
        world.broker.deliver()
        await world.commit()
        assert world.broker.commits == [{HERE: 5}]
        await world.commit()
        assert len(world.broker.commits) == 1

    play(story)


def test_reading_begins_at_the_committed_offset_and_goes_on_from_memory() -> None:
    """A kept partition is not read again; a new one begins where the group was."""

    async def story(world: World) -> None:
        world.broker.offsets = {HERE: 40, THERE: 70}
        assert await world.assign(1, HERE) == [40]
        await world.read(HERE, 40, 44)
        world.broker.deliver()
        assert await world.assign(2, HERE, THERE) == [45, 70]

    play(story)


def test_a_rebalance_waits_for_deliveries_and_commits() -> None:
    """The successor begins at the committed offset, behind everything that was written."""

    async def story(world: World) -> None:
        await world.assign(1, HERE)
        await world.read(HERE, 0, 4)
        world.broker.deliver()
        world.reader.epoch += 1
        await world.inputs.suspend()
        assert world.broker.offsets == {HERE: 5}

    play(story)


def test_records_that_are_not_delivered_in_time_end_the_process() -> None:
    """They might come behind the successor's, which would then count as repeats and be lost."""

    async def story(world: World) -> None:
        await world.assign(1, HERE)
        await world.read(HERE, 0, 4)
        await world.inputs.suspend()
        assert "not delivered" in world.port.failed.result()

    play(story)


def test_a_delivery_error_ends_the_process() -> None:
    """A log with a hole is worse than none."""

    async def story(world: World) -> None:
        await world.assign(1, HERE)
        await world.read(HERE, 0, 0)
        world.broker.deliver(KafkaError(KafkaError._MSG_TIMED_OUT))
        assert "was not delivered" in world.port.failed.result()

    play(story)


def test_who_missed_a_generation_reads_again_from_the_committed_offset() -> None:
    """What others wrote meanwhile is not known here."""

    async def story(world: World) -> None:
        await world.assign(1, HERE)
        await world.read(HERE, 0, 4)
        world.broker.deliver()
        await world.commit()
        await world.read(HERE, 5, 9)
        world.broker.deliver()
        world.broker.offsets = {HERE: 7}
        world.broker.commits.clear()
        world.reader.epoch += 1
        await world.inputs.keep({HERE}, 5)
        assert await world.inputs.open(HERE, 5) == 7

    play(story)


def test_nothing_is_written_while_a_rebalance_runs_nor_for_records_already_read() -> None:
    """A stale batch, a repeated one, a tick: none reaches the log."""

    async def story(world: World) -> None:
        await world.assign(1, HERE)
        await world.read(HERE, 0, 4)
        world.broker.deliver()
        written = len(world.broker.written)
        await world.read(HERE, 2, 4)
        await world.inputs.suspend()
        await world.read(HERE, 5, 6)
        await world.commit()
        assert len(world.broker.written) == written

    play(story)


def test_who_leaves_writes_nothing_any_more() -> None:
    """A rebalance on the way out must not start the work anew."""

    async def story(world: World) -> None:
        await world.assign(1, HERE)
        await world.inputs.close(checkpoint=True, seconds=0.01)
        await world.assign(2, HERE)
        await world.read(HERE, 0, 4)
        assert world.broker.written == []

    play(story)


def test_watermarks_follow_what_was_seen_drained() -> None:
    """Every second, of every source owned, into every partition of the log."""

    async def story(world: World) -> None:
        sources = [Place(f"x.{topic}", 0) for topic in (BROWSES, CLICKS, PURCHASES)]
        await world.assign(1, *sources)
        await world.inputs.fold(Batch(world.reader.epoch, {}, dict.fromkeys(sources, 1_790_000_000_000)))
        await world.inputs.fold(Batch(world.reader.epoch, {}, dict.fromkeys(sources, 1_790_000_002_000)))
        bodies = [(to, decode_record(value).body) for topic, to, value in world.broker.written]
        reached = {(to, body.source) for to, body in bodies if isinstance(body, WatermarkReached)}
        assert reached == {(to, topic) for to in (0, 1) for topic in EVENT_SOURCES}

    play(story)


def test_the_age_of_every_event_is_observed() -> None:
    """When it was read, by source; here events of 2026-09 by the wall clock."""

    async def story(world: World) -> None:
        await world.assign(1, HERE)
        await world.read(HERE, 0, 4)
        text = world.exporter.render().decode()
        assert 'promostream_event_age_seconds_count{source="clicks"} 5.0' in text
        assert 'promostream_event_age_seconds_bucket{le="0.1",source="clicks"} 0.0' in text

    play(story)
