"""Membership by Faust and aiokafka, reading by librdkafka, positions by the owner: on a real Kafka."""

import asyncio
import gc
import time
import warnings
from collections.abc import Coroutine
from typing import Any

import msgspec
import pytest
from aiokafka.errors import KafkaError

from agents.settings import Settings
from tests.making.transport_rig import Ledger, eventually, make_topic, publish, running

PARTITIONS = 4


@pytest.fixture
def numbers(settings: Settings) -> Settings:
    """Settings with a topic of four partitions and 2,000 messages in each."""
    make_topic(settings, PARTITIONS)
    publish(settings, PARTITIONS, 2000)
    return settings


def play(story: Coroutine[Any, Any, None]) -> None:
    """Run a test's story within a minute.

    Aiokafka does not close a connection that it is opening while it is closed. A worker's end takes it along; here it
    would be found, as an error of whichever test runs when the garbage is collected.
    """
    try:
        asyncio.run(asyncio.wait_for(story, 60))
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


def test_records_are_read_from_the_positions_that_the_owner_gives(numbers: Settings) -> None:
    """Faust's and the group's own offsets play no part."""

    async def story() -> None:
        ledger = Ledger(start=1234)
        async with running(numbers, ledger):
            await eventually(lambda: ledger.total() == PARTITIONS * (2000 - 1234))
        assert all(offsets == list(range(1234, 2000)) for offsets in ledger.offsets.values())
        assert len(ledger.offsets) == PARTITIONS

    play(story())


def test_every_record_is_folded_once_through_rebalances(numbers: Settings) -> None:
    """A second worker joins while records flow, a third comes and goes: none is lost, none comes twice."""

    async def story() -> None:
        ledger = Ledger()
        slow = msgspec.structs.replace(numbers, poll_records=50)
        async with running(slow, ledger, opening=0.1) as first:
            await eventually(lambda: ledger.total() > 500)
            async with running(slow, ledger, opening=0.1) as second:
                publish(numbers, PARTITIONS, 1000)
                await eventually(lambda: len(second.port.assigned) == PARTITIONS // 2)
                async with running(slow, ledger, opening=0.1):
                    publish(numbers, PARTITIONS, 1000)
                    await eventually(lambda: len(first.port.assigned) < PARTITIONS)
                publish(numbers, PARTITIONS, 1000)
            await eventually(lambda: len(first.port.assigned) == PARTITIONS)
            await eventually(lambda: ledger.total() >= PARTITIONS * 5000)
            assert first.owner.suspended >= 3
        assert all(offsets == list(range(5000)) for offsets in ledger.offsets.values())

    play(story())


def test_partitions_stay_where_they_were(numbers: Settings) -> None:
    """The assignor is the sticky one: who joins takes half, and the other half does not move."""

    async def story() -> None:
        ledger = Ledger()
        async with running(numbers, ledger) as first:
            await eventually(lambda: len(first.port.assigned) == PARTITIONS)
            async with running(numbers, ledger) as second:
                await eventually(lambda: len(second.port.assigned) == PARTITIONS // 2)
                kept = set(first.port.assigned)
            await eventually(lambda: len(first.port.assigned) == PARTITIONS)
            async with running(numbers, ledger) as third:
                await eventually(lambda: len(third.port.assigned) == PARTITIONS // 2)
                assert first.port.assigned & kept

    play(story())


def test_a_static_member_comes_back_unnoticed(numbers: Settings) -> None:
    """Its restart is no rebalance for the others."""

    async def story() -> None:
        ledger = Ledger()
        named = [msgspec.structs.replace(numbers, static_membership=f"rig-{n}") for n in range(2)]
        async with running(named[0], ledger) as first:
            async with running(named[1], ledger) as second:
                await eventually(lambda: len(second.port.assigned) == PARTITIONS // 2)
                await eventually(lambda: len(first.port.assigned) == PARTITIONS // 2)
                before, mine = first.port.generation, set(second.port.assigned)
            async with running(named[1], ledger) as again:
                await eventually(lambda: again.port.assigned == mine)
            assert first.port.generation == before

    play(story())


def test_a_partition_read_to_its_end_is_told_with_the_time(numbers: Settings) -> None:
    """Again and again while nothing comes, and never before the records of that time are folded."""

    async def story() -> None:
        ledger = Ledger()
        async with running(numbers, ledger) as rig:
            await eventually(lambda: len(rig.owner.drained) == PARTITIONS)
            assert ledger.total() == PARTITIONS * 2000
            now = time.time_ns() // 1_000_000
            await eventually(lambda: min(rig.owner.drained.values()) > now)

    play(story())


def test_the_lease_lives_on_answered_heartbeats(numbers: Settings) -> None:
    """It begins with the first answer, and ends when answers stay away, long before the session does."""

    async def story() -> None:
        short = msgspec.structs.replace(numbers, session_timeout=6.0, lease_margin=4.0)
        async with running(short, Ledger()) as rig:
            assert not rig.port.lease.may_act()
            await eventually(rig.port.lease.may_act)
            coordinator = rig.consumer.member.consumer._coordinator

            async def unanswered() -> bool:
                return False

            coordinator._do_heartbeat = unanswered
            await eventually(lambda: not rig.port.lease.may_act(), seconds=4.0)

    play(story())


def test_an_error_of_the_coordinator_does_not_park_the_membership(numbers: Settings) -> None:
    """Aiokafka waits for ever until somebody asks for the error, and would beat no more: the watch mends both."""

    async def story() -> None:
        async with running(numbers, Ledger()) as rig:
            await eventually(rig.port.lease.may_act)
            coordinator = rig.consumer.member.consumer._coordinator
            whole = coordinator._do_heartbeat

            async def broken() -> bool:
                coordinator._do_heartbeat = whole
                raise KafkaError

            coordinator._do_heartbeat = broken
            await eventually(lambda: coordinator._pending_exception is not None)
            assert await rig.consumer.check_membership() is None
            generation, silent = rig.port.generation, rig.port.lease.silence()
            await eventually(lambda: rig.port.lease.silence() < silent, seconds=4.0)
            publish(numbers, PARTITIONS, 1)
            await eventually(lambda: rig.owner.ledger.total() == PARTITIONS * 2001)
            assert rig.port.generation == generation
            assert await rig.consumer.check_membership() is None
            assert coordinator._pending_exception is None

    play(story())


def test_a_membership_that_nobody_keeps_is_told(numbers: Settings) -> None:
    """When the coordination task is done the process must end: nothing else would say so."""

    async def story() -> None:
        async with running(numbers, Ledger()) as rig:
            await eventually(rig.port.lease.may_act)
            assert await rig.consumer.check_membership() is None
            task = rig.consumer.member.consumer._coordinator._coordination_task
            task.get_loop().call_soon_threadsafe(task.cancel)
            await eventually(task.done)
            assert await rig.consumer.check_membership()

    play(story())


def test_an_idle_worker_costs_next_to_nothing(numbers: Settings) -> None:
    """Under 5 % of a core with everything read; most of it is this test's own loop."""

    async def story() -> None:
        ledger = Ledger()
        async with running(numbers, ledger) as rig:
            await eventually(lambda: len(rig.owner.drained) == PARTITIONS)
            before, began = time.process_time(), time.monotonic()
            await asyncio.sleep(5)
            assert (time.process_time() - before) / (time.monotonic() - began) < 0.05

    play(story())


def test_leaving_takes_a_moment(numbers: Settings) -> None:
    """No unbounded wait, no commit, no timeout: out within two seconds, and the group is empty."""

    async def story() -> None:
        async with running(numbers, Ledger()) as rig:
            await eventually(rig.port.lease.may_act)
            began = time.monotonic()
        assert time.monotonic() - began < 2.0

    play(story())
