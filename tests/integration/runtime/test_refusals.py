"""What the runtime will not guess about, on a real Kafka."""

import asyncio
from collections.abc import Callable

from confluent_kafka import TopicPartition
from confluent_kafka.admin import NewTopic

from agents.clients import admin_client
from agents.runtime.heads import FORMAT, Head, encode_head
from agents.settings import Settings
from tests.making.owners import PARTITION, Owner, write_log


async def fold_and_leave(kafka: Settings) -> None:
    """A checkpoint of the whole log."""
    owner = await (await Owner(kafka).open()).read()
    await owner.leave()


async def refusal(kafka: Settings) -> str:
    """The reason for which the next owner is refused."""
    owner = Owner(kafka)
    assert await owner.partition.open() == -1
    assert (owner.partition.phase, owner.fatal) == ("refused", [])
    await owner.leave()
    return owner.partition.reason


def test_a_log_that_was_made_again_is_refused(kafka: Settings) -> None:
    """Its offsets mean other records."""

    async def run() -> None:
        write_log(kafka, ["a"] * 10)
        await fold_and_leave(kafka)
        admin, name = admin_client(kafka), kafka.topic("user-log")
        admin.delete_topics([name])[name].result()
        await until(lambda: name not in admin.list_topics(timeout=10).topics)
        admin.create_topics([NewTopic(name, 2, 1)])[name].result()
        write_log(kafka, ["a"] * 20)
        assert "another topic" in await refusal(kafka)

    asyncio.run(run())


def test_a_log_that_retention_cut_behind_the_checkpoint_is_refused(kafka: Settings) -> None:
    """Records that the state lacks are gone; cutting up to the checkpoint does no harm."""

    async def run() -> None:
        write_log(kafka, ["a"] * 10)
        await fold_and_leave(kafka)
        write_log(kafka, ["a"] * 10)
        await cut(kafka, 10)
        owner = await Owner(kafka).open()
        assert owner.partition.wanted == 10
        await owner.leave()
        await cut(kafka, 12)
        assert "offsets 10 to 11 of user-log/1 are gone" in await refusal(kafka)

    asyncio.run(run())


def test_a_checkpoint_of_a_newer_version_is_refused(kafka: Settings) -> None:
    """The line says what to start instead."""

    async def run() -> None:
        write_log(kafka, ["a"] * 10)
        owner = await Owner(kafka).open()
        head = Head(FORMAT + 1, "", 3, {}, 0, b"3")
        await asyncio.to_thread(owner.partition._storage.commit, encode_head(head), [])
        owner.die()
        assert "start the version that wrote it" in await refusal(kafka)

    asyncio.run(run())


async def until(holds: Callable[[], bool]) -> None:
    """Look again until it holds."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - the broker tells nobody
            await asyncio.sleep(0.05)


async def cut(kafka: Settings, before: int) -> None:
    """Delete the log's records before an offset, as retention does."""
    admin, place = admin_client(kafka), TopicPartition(kafka.topic("user-log"), PARTITION, before)
    await asyncio.to_thread(admin.delete_records([place])[place].result)
