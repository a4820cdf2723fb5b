"""When a partition folds, when it waits, and when it refuses."""

import asyncio
from collections.abc import Callable, Iterable, Sequence

import msgspec
import pytest

from agents.runtime.blocking import Superseded
from agents.runtime.heads import FORMAT, Head, encode_head
from schemas.codec import decode_record
from schemas.records import Ticked
from streams.folding import LogRecord, Output
from tests.making.counting import CountingFold
from tests.making.memory_kafka import MemoryKafka, MemoryStorage
from tests.making.memory_worker import SETTINGS, Worker, fill


def test_batches_of_another_epoch_are_dropped_and_repeats_skipped() -> None:
    """A fetch from before a seek changes nothing; overlapping batches count each record once."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "aaaaaa")
        worker = await Worker(kafka).open()
        stale = worker.partition.epoch
        worker.partition.renew()
        assert await worker.partition.apply(kafka.log, stale) == 0
        await worker.read(4)
        assert await worker.partition.apply(kafka.log[2:6], worker.partition.epoch) == 6
        assert worker.fold.counts == {"a": 6}
        assert worker.partition.tally.stale_batches == 1

    asyncio.run(run())


def test_a_lost_fetch_is_asked_for_again_and_a_hole_in_the_log_is_refused() -> None:
    """Nothing is folded over a gap; the second time the log itself lacks the records."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "aaaaaa")
        worker = await Worker(kafka).open()
        await worker.read(2)
        assert await worker.partition.apply(kafka.log[4:], worker.partition.epoch) == 2
        assert worker.partition.reason == ""
        await worker.partition.apply(kafka.log[4:], worker.partition.epoch)
        assert worker.partition.phase == "refused"
        assert "no offset 2" in worker.partition.reason

    asyncio.run(run())


def test_a_missing_model_holds_the_partition_until_it_comes() -> None:
    """Records after the activation wait; outputs before it are sent; then all goes on in order."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "aaa")
        kafka.append("a", "need:click@2")
        fill(kafka, "aaaa")
        worker = await Worker(kafka).open()
        await worker.read()
        await worker.step(3)
        assert worker.partition.phase == "waiting"
        assert "click@2 is not at hand" in worker.partition.reason
        assert (worker.partition.applied, worker.partition.pending, len(kafka.decisions())) == (2, 5, 1)
        worker.fold.models.add("click@2")
        await worker.step(5)
        assert (worker.partition.phase, worker.partition.reason, worker.partition.applied) == ("running", "", 7)

    asyncio.run(run())


class JustMissed(CountingFold):
    """The model arrives while the fold misses it."""

    def fold(self, records: Sequence[LogRecord], outputs: list[Output]) -> None:
        """Misses, and there it is."""
        try:
            super().fold(records, outputs)
        finally:
            self.models.add("click@2")


def test_a_model_that_comes_while_it_is_missed_wakes_the_partition() -> None:
    """No growth is overlooked between the fold's look and the runtime's."""

    async def run() -> None:
        kafka = MemoryKafka()
        kafka.append("a", "need:click@2")
        worker = await Worker(kafka, fold=JustMissed()).open()
        await worker.read()
        await worker.step(2)
        assert (worker.partition.phase, worker.partition.applied) == ("running", 0)

    asyncio.run(run())


def test_waiting_records_are_bounded() -> None:
    """A partition that waits says that it is full, takes no more, and wants the same offset still."""

    async def run() -> None:
        kafka = MemoryKafka()
        kafka.append("a", "need:click@2")
        fill(kafka, "a" * 100)
        worker = await Worker(kafka).open()
        while not worker.partition.full:
            await worker.read(10)
        wanted = worker.partition.wanted
        assert await worker.read(10) == wanted
        assert worker.partition.pending == wanted

    asyncio.run(run())


def test_a_record_that_the_fold_refuses_stops_the_partition_with_its_remedy() -> None:
    """Everything before it stands; nothing after it is folded; the line says what to do."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "aaa")
        kafka.append("a", "refuse")
        fill(kafka, "aaaa")
        worker = await Worker(kafka).open()
        await worker.read()
        await worker.step(3)
        assert worker.partition.phase == "refused"
        assert worker.partition.reason == "the record says no; ask it nicely"
        assert (worker.partition.applied, len(kafka.decisions()), worker.fatal) == (2, 1, [])

    asyncio.run(run())


def test_a_fold_that_breaks_stops_its_partition_and_sends_nothing_of_the_chunk() -> None:
    """The state may be half-changed: neither outputs nor checkpoints come of it any more."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "aa")
        kafka.append("a", "break")
        worker = await Worker(kafka).open()
        await worker.read()
        await worker.step(5, now=10**15)
        assert worker.partition.phase == "refused"
        assert "RuntimeError: broken" in worker.partition.reason
        assert (kafka.head, kafka.decisions()) == (None, [])

    asyncio.run(run())


def test_without_the_lease_nothing_is_folded_or_checkpointed() -> None:
    """A worker that was not heard may have a successor; when its heartbeats are answered it goes on."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "aaaaa")
        worker = await Worker(kafka).open()
        worker.lease = False
        await worker.read()
        await worker.step(5, now=10**15)
        assert (worker.partition.applied, worker.partition.pending, kafka.head) == (-1, 5, None)
        worker.lease = True
        await worker.step(5)
        assert worker.partition.applied == 4

    asyncio.run(run())


def test_an_idle_partition_ticks_at_most_once_a_second() -> None:
    """A due timer gets a tick a second after the last record, with an origin that only grows."""

    async def run() -> None:
        worker = await Worker(fill(MemoryKafka(), "a")).open()
        await worker.read()
        worker.fold.due_at = 500
        for now in (0, 400, 1000, 1500, 1999, 2000):
            await worker.step(now=now)
        worker.outputs.serve()
        ticks = [decode_record(message.value) for message in worker.kafka.outputs["user-log"]]
        assert [tick.written_at for tick in ticks] == [1000, 2000]
        assert all(isinstance(tick.body, Ticked) for tick in ticks)
        assert [tick.origin.text for tick in ticks] == ["tick/user-log/0/1000/0", "tick/user-log/0/2000/0"]

    asyncio.run(run())


def test_an_output_that_cannot_be_delivered_ends_the_process_once() -> None:
    """No gaps: nothing is folded after a lost output, and the reason is one line."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "a" * 12)
        worker = await Worker(kafka).open()
        worker.wire.fails = True
        await worker.read()
        await worker.step(3)
        assert len(worker.ended) == 1
        assert "was not delivered" in worker.ended[0]
        assert worker.partition.applied < 11

    asyncio.run(run())


def changed(**fields: object) -> Callable[[MemoryKafka], None]:
    """A change to the head of a durable checkpoint."""

    def change(kafka: MemoryKafka) -> None:
        head = Head(FORMAT, "log-1", 5, {}, 0, b"5")
        kafka.head = encode_head(msgspec.structs.replace(head, **fields))

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (changed(topic_id="log-0"), "another topic"),
        (changed(applied=1), "offsets 2 to 3 of user-log/0 are gone"),
        (changed(applied=8), "data lost"),
        (changed(format=FORMAT + 1), "start the version that wrote it"),
        (lambda kafka: setattr(kafka, "head", b"\xc1"), "unreadable"),
        (lambda _: None, "there is no checkpoint"),
    ],
)
def test_a_checkpoint_that_does_not_fit_its_log_is_refused(change: Callable[[MemoryKafka], None], reason: str) -> None:
    """That partition only, with one line; the process goes on."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "aaaaaaaa")
        kafka.low = 4
        change(kafka)
        worker = Worker(kafka)
        assert await worker.partition.open() == -1
        assert worker.partition.phase == "refused"
        assert reason in worker.partition.reason
        assert worker.fatal == []
        assert await worker.partition.apply(kafka.log, worker.partition.epoch) == 0

    asyncio.run(run())


class Changed(CountingFold):
    """A fold whose state is laid out otherwise than the checkpoint's."""

    def restore(self, head: bytes | None, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Fails as a decoder does."""
        del head, entries
        raise msgspec.ValidationError("Expected `array` of at least length 3")


def test_a_state_that_cannot_be_decoded_is_refused_with_its_remedy() -> None:
    """Whatever a decoder says of a checkpoint, it is no accident of this process."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "aaaaaaaa")
        changed()(kafka)
        worker = Worker(kafka, fold=Changed())
        assert await worker.partition.open() == -1
        assert worker.partition.reason == (
            "the checkpoint cannot be read by this version (ValidationError: Expected `array` of at least length 3); "
            "start the version that wrote it, or a newer one"
        )
        assert worker.fatal == []

    asyncio.run(run())


def test_closing_while_it_opens_supersedes_the_opening() -> None:
    """An opening that was overtaken restores nothing, is not fatal, and says so to its caller."""

    async def run() -> None:
        worker = Worker(fill(MemoryKafka(), "aaa"))
        opening = asyncio.ensure_future(worker.partition.open())
        await asyncio.sleep(0)
        await worker.close()
        with pytest.raises(Superseded):
            await opening
        assert (worker.partition.phase, worker.fatal) == ("closed", [])

    asyncio.run(run())


class Unreachable(MemoryStorage):
    """Checkpoints that cannot be read."""

    def fence(self) -> None:
        """Fails."""
        raise OSError("no route to broker")


def test_an_opening_that_fails_ends_the_process_itself() -> None:
    """Faust swallows exceptions of its callbacks: the reason must not depend on them."""

    async def run() -> None:
        worker = Worker(MemoryKafka(), SETTINGS)
        worker.partition._storage = Unreachable(worker.kafka)
        with pytest.raises(OSError, match="no route"):
            await worker.partition.open()
        assert worker.fatal == ["user-log/0 cannot be opened (no route to broker)"]

    asyncio.run(run())
