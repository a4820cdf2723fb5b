"""Kill, zombie, open transaction, failed commit: on a real Kafka the outcome is that of a straight run."""

import asyncio

import msgspec
import pytest
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource

from agents import clients
from agents.runtime.transactions import CommitFailed, Transactions
from agents.settings import Settings
from tests.making.memory_kafka import Sent
from tests.making.owners import PARTITION, Owner, decisions, read, straight, write, write_log

KEYS = [f"user-{n % 7}" for n in range(3000)]


def test_a_killed_owner_is_followed_by_one_that_folds_the_rest_again(kafka: Settings) -> None:
    """Records beyond the checkpoint are folded again; outputs stand there once, in order, byte for byte."""

    async def run() -> None:
        write_log(kafka, KEYS)
        first = await (await (await Owner(kafka).open()).read(1200)).until("checkpointed")
        await (await first.read(2400)).until("delivered")
        await first.read()
        first.die()
        second = await Owner(kafka).open()
        assert 1200 <= second.partition.wanted <= 2400
        await second.read()
        await second.leave()
        counts, expected = straight(kafka)
        assert second.fold.counts == counts
        assert decisions(kafka) == expected
        assert second.partition.tally.refolded_records >= 600
        assert second.partition.lanes.compared_outputs > 0
        assert (second.partition.lanes.determinism_violations, second.fatal) == (0, [])
        third = await Owner(kafka).open()
        assert (third.partition.wanted, third.fold.counts) == (3000, counts)
        await third.leave()

    asyncio.run(run())


def test_a_zombie_is_fenced_at_its_next_commit(kafka: Settings) -> None:
    """The successor's opening shuts it out; its checkpoint never shows; it must stop."""

    async def run() -> None:
        write_log(kafka, KEYS[:100])
        zombie = await Owner(msgspec.structs.replace(kafka, checkpoint_interval=3600.0)).open()
        successor = await (await (await Owner(kafka).open()).read(50)).until("checkpointed")
        await zombie.read()
        zombie.partition._checkpoints._wait = 0
        await zombie.until("fatal")
        assert "taken over by another process" in zombie.fatal[0]
        await successor.leave()
        third = await Owner(kafka).open()
        assert third.partition.wanted == 50
        await third.leave()

    asyncio.run(run())


def test_an_open_transaction_of_a_former_owner_hides_nothing(kafka: Settings) -> None:
    """Fencing aborts it; what was committed before it is there, what stood in it is not."""

    async def run() -> None:
        write_log(kafka, KEYS[:100])
        first = await (await (await Owner(kafka).open()).read()).until("checkpointed")
        producer = first.partition._storage._transactions._producer  # type: ignore[attr-defined]
        producer.begin_transaction()
        producer.produce(kafka.topic("checkpoints"), b"99", b"decide|user-log|user-0", PARTITION)
        producer.flush(10)
        second = await Owner(kafka).open()
        assert second.fold.counts == first.fold.counts
        await second.leave()

    asyncio.run(run())


def test_an_open_transaction_of_another_role_is_waited_for(kafka: Settings) -> None:
    """Checkpoints behind it exist although a read_committed client is told an earlier end."""

    async def run() -> None:
        write_log(kafka, KEYS[:100])
        first = await Owner(kafka).open()
        other = clients.producer(kafka, transactional_id=kafka.topic("other"), enable_gapless_guarantee=False)
        other.init_transactions(20)
        other.begin_transaction()
        other.produce(kafka.topic("checkpoints"), b"1", b"learn|user-log|x", PARTITION)
        other.flush(10)
        await (await first.read()).until("checkpointed")
        first.die()
        second = Owner(kafka)
        opening = asyncio.ensure_future(second.open())
        done, _ = await asyncio.wait([opening], timeout=2)
        assert not done
        await asyncio.to_thread(other.commit_transaction, 10)
        await asyncio.wait_for(opening, 10)
        assert second.partition.wanted == 100
        await second.leave()

    asyncio.run(run())


async def limit_messages(kafka: Settings, largest: str) -> None:
    """The largest message that the broker takes into the topic of checkpoints."""
    entry = ConfigEntry("max.message.bytes", largest, incremental_operation=AlterConfigOpType.SET)
    topic = ConfigResource(ConfigResource.Type.TOPIC, kafka.topic("checkpoints"), incremental_configs=[entry])
    admin = clients.admin_client(kafka)
    await asyncio.to_thread(admin.incremental_alter_configs([topic])[topic].result)


def test_a_checkpoint_that_the_broker_refuses_is_tried_again(kafka: Settings) -> None:
    """A transaction that cannot be committed costs its producer, and nothing else."""

    async def run() -> None:
        write_log(kafka, KEYS[:100])
        owner = await (await Owner(kafka).open()).read()
        await limit_messages(kafka, "150")
        await owner.until("failed")
        assert owner.partition.tally.durable == -1
        await limit_messages(kafka, "1000000")
        await owner.until("checkpointed")
        assert owner.fatal == []
        await owner.leave()
        successor = await Owner(kafka).open()
        assert (successor.partition.wanted, successor.fold.counts) == (100, owner.fold.counts)
        await successor.leave()

    asyncio.run(run())


def test_who_lost_the_lease_takes_no_new_producer(kafka: Settings) -> None:
    """After a failed commit a zombie would fence its successor and write its old state over the newer one."""
    place, entries = (kafka.topic("checkpoints"), PARTITION), [(b"decide|user-log|a", b"old")]
    zombie, owner = Transactions(kafka, kafka.topic("one-id")), Transactions(kafka, kafka.topic("one-id"))
    zombie.fence(lambda: True)
    zombie.discard()  # as a failed commit does
    owner.fence(lambda: True)
    with pytest.raises(CommitFailed, match="without the lease"):
        zombie.commit(*place, entries, lambda: False)
    owner.commit(*place, [(b"decide|user-log|a", b"new")], lambda: True)
    assert Owner(kafka).partition._storage.read().entries == {b"a": b"new"}


def test_holes_are_filled_and_differences_counted(kafka: Settings) -> None:
    """An output that is there stays, equal or not; one that lacks is sent."""

    async def run() -> None:
        write_log(kafka, ["a"] * 12)
        expected = straight(kafka)[1]
        different = Sent(expected[2].key, b"{}", expected[2].headers)
        write(kafka, "decisions", [expected[0], different])
        owner = await (await Owner(kafka).open()).read()
        await owner.leave()
        assert decisions(kafka) == [expected[0], different, expected[1], expected[3]]
        lanes = owner.partition.lanes
        assert (lanes.compared_outputs, lanes.filled_outputs, lanes.determinism_violations) == (2, 1, 1)
        internal = read(kafka, "closed-decisions", 0)
        assert len(internal) == 2

    asyncio.run(run())


def test_a_transaction_removes_entries_too(kafka: Settings) -> None:
    """A deleted entry is gone for the next owner, and nobody else's keys are read."""
    transactions = Transactions(kafka, kafka.topic("some-id"))
    transactions.commit(
        kafka.topic("checkpoints"),
        PARTITION,
        [(b"decide|user-log|a", b"1"), (b"decide|user-log|b", b"1"), (b"learn|user-log|c", b"1")],
        lambda: True,
    )
    transactions.commit(kafka.topic("checkpoints"), PARTITION, [(b"decide|user-log|a", None)], lambda: True)
    transactions.discard()
    found = Owner(kafka).partition._storage.read()
    assert found.entries == {b"b": b"1"}
