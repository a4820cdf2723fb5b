"""A log folded in any pieces, through checkpoints, kills and reopenings, gives what one straight run gives."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.folding import Output
from tests.making.counting import CountingFold
from tests.making.memory_kafka import MemoryKafka, Sent
from tests.making.memory_worker import Worker, fill

KEYS = "abab" * 8
Action = tuple[str, int]
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("read"), st.integers(1, 12)),
        st.tuples(st.just("step"), st.integers(1, 6)),
        st.tuples(st.just("checkpoint"), st.just(0)),
        st.tuples(st.just("kill"), st.integers(0, 3)),
        st.tuples(st.just("leave"), st.just(0)),
    ),
    max_size=25,
)


def straight(kafka: MemoryKafka) -> tuple[dict[str, int], list[Sent]]:
    """State and decisions of one run without interruption."""
    fold, outputs = CountingFold(), list[Output]()
    fold.fold(kafka.log, outputs)
    return fold.counts, [Sent(o.key, o.value, o.headers) for o in outputs if o.topic == "decisions"]


async def live(kafka: MemoryKafka, actions: list[Action]) -> Worker:
    """Run the actions; killed workers lose what they had not delivered."""
    worker = await Worker(kafka).open()
    for action, amount in actions:
        if action == "read":
            await worker.read(amount)
        elif action == "step":
            await worker.step(amount)
        elif action == "checkpoint" and worker.partition.applied > worker.partition.tally.durable:
            await worker.checkpoint()
        elif action in ("kill", "leave"):
            if action == "leave":
                await worker.close()
            worker = await Worker(kafka).open()
            worker.wire.most = 1 + amount
    await worker.read()
    await worker.close()
    return worker


@settings(max_examples=60, deadline=None)
@given(actions=ACTIONS, log=st.text("abc", min_size=1, max_size=60))
def test_any_life_gives_the_state_and_the_outputs_of_a_straight_run(actions: list[Action], log: str) -> None:
    """Outputs once each, in order, byte for byte; the same state in the last checkpoint."""
    kafka = fill(MemoryKafka(), log)
    counts, decisions = straight(kafka)
    worker = asyncio.run(live(kafka, actions))
    assert worker.fold.counts == counts
    assert kafka.decisions() == decisions
    assert {key.decode(): int(value) for key, value in kafka.entries.items()} == counts
    assert worker.partition.lanes.determinism_violations == 0


def test_records_beyond_the_checkpoint_are_folded_again_and_their_outputs_compared() -> None:
    """After a kill nothing is sent twice, and internal outputs are simply sent again."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "a" * 4)
        first = await Worker(kafka).open()
        await first.read()
        await first.checkpoint()
        fill(kafka, "a" * 6)
        await first.read()
        await first.step()
        second = await Worker(kafka).open()
        assert second.partition.wanted == 4
        assert second.partition.recovery_remaining == 6
        await second.read()
        await second.step()
        assert second.partition.tally.refolded_records == 5  # up to the last output that stood there
        assert second.partition.recovery_remaining == 0
        assert second.partition.lanes.compared_outputs == 2
        assert [message.key for message in kafka.decisions()] == [b"a"] * 3
        assert len(kafka.outputs["closed-decisions"]) == 4

    asyncio.run(run())


def test_a_hole_in_the_outputs_is_filled_and_the_rest_is_not_sent_again() -> None:
    """What is missing between outputs that are there comes at the end; a recovery after that repeats nothing."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "a" * 12)
        first = await Worker(kafka).open()
        await first.read()
        await first.step()
        lost = kafka.decisions().pop(1)
        second = await Worker(kafka).open()
        await second.read(7)  # a checkpoint just behind the hole: what follows it stands before its filling
        await second.checkpoint()
        assert second.partition.lanes.filled_outputs == 1
        third = await Worker(kafka).open()
        await third.read()
        await third.step()
        assert len(kafka.decisions()) == 4
        assert kafka.decisions()[-1] == lost
        assert third.partition.lanes.determinism_violations == 0

    asyncio.run(run())


def test_an_output_that_comes_out_differently_is_counted_and_not_sent() -> None:
    """One id never has two bodies: the one that is there stays, and the difference is an alarm."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "a" * 6)
        first = await Worker(kafka).open()
        await first.read()
        await first.step()
        before = list(kafka.decisions())
        second = await Worker(kafka, wrong=True).open()
        await second.read()
        await second.step()
        assert second.partition.lanes.determinism_violations == 2
        assert kafka.decisions() == before

    asyncio.run(run())


def test_an_output_that_is_not_produced_again_is_counted() -> None:
    """What stands in the tail and does not come out of the same records is a difference too."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "a" * 6)
        first = await Worker(kafka).open()
        await first.read(2)
        await first.checkpoint()
        await first.read()
        await first.step()
        kafka.outputs["decisions"].append(Sent(b"a", b"{}", (("origin", b"e1/0/4/0"),)))
        second = await Worker(kafka).open()
        await second.read()
        await second.step()
        assert second.partition.lanes.determinism_violations == 1

    asyncio.run(run())


def test_repeats_by_a_zombie_do_no_harm() -> None:
    """Outputs that a former owner wrote again, before or behind the checkpoint, are neither holes nor differences."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "a" * 9)
        first = await Worker(kafka).open()
        await first.read(6)
        await first.checkpoint()
        await first.read()
        await first.step()
        kafka.decisions().extend(list(kafka.decisions()))
        second = await Worker(kafka).open()
        await second.read()
        await second.close()
        third = await Worker(kafka).open()
        fill(kafka, "aaa")
        await third.read()
        await third.step()
        assert len(kafka.decisions()) == 7
        assert (second.partition.lanes.determinism_violations, third.partition.lanes.determinism_violations) == (0, 0)

    asyncio.run(run())


def test_outputs_of_a_former_epoch_are_no_violation() -> None:
    """A rebuilt log without checkpoint meets old outputs in its topics and leaves them alone."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "a" * 3)
        kafka.outputs["decisions"] = [Sent(b"a", b"{}", (("origin", b"e0/0/1/0"),))]
        worker = await Worker(kafka).open()
        await worker.read()
        await worker.step()
        assert len(kafka.decisions()) == 2
        assert worker.partition.lanes.determinism_violations == 0

    asyncio.run(run())
