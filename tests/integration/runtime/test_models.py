"""Model snapshots come from their topic, before and while partitions fold."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import pytest

from agents.clients import producer
from agents.runtime.models import AHEAD, RECENT, ModelReader
from agents.runtime.partition import wall_ms
from agents.settings import Settings
from schemas.codec import encode_msgpack
from schemas.models import ModelSnapshot
from streams.folding import ModelMissing
from streams.models.store import ModelStore
from tests.making.memory_kafka import Sent
from tests.making.models import snapshot
from tests.making.owners import Owner, write, write_log


class Shelf:
    """Remembers the names that came, where the fold looks for them."""

    def __init__(self, models: set[str]) -> None:
        self.models = models

    def add(self, snapshot: ModelSnapshot) -> None:
        """One more."""
        self.models.add(snapshot.key)

    def missing(self) -> tuple[()]:
        """Nothing: it never forgets."""
        return ()

    def coming(self) -> tuple[()]:
        """Nothing."""
        return ()


def publish(kafka: Settings, name: str) -> None:
    """Put a snapshot on the topic."""
    snapshot = ModelSnapshot(
        name=name, version=1, algorithm="logistic", catalogue="1", features=(), arrays={}, trained_on=0, trained_until=0
    )
    write(kafka, "models", [Sent(snapshot.key.encode(), encode_msgpack(snapshot), ())], partition=0)


def test_a_partition_waits_for_a_model_that_comes_later(kafka: Settings) -> None:
    """What was on the topic is there before a partition opens; what comes later wakes the partition that waits."""

    async def run() -> None:
        publish(kafka, "click")
        write(kafka, "models", [Sent(b"purchase@1", b"no snapshot", ())], partition=0)
        write_log(kafka, ["a"] * 3, "need:click@1")
        write_log(kafka, ["a"] * 3, "need:purchase@1")
        owner, fatal = Owner(kafka), list[str]()
        reader = ModelReader(kafka, Shelf(owner.fold.models), fatal.append)
        await reader.start()
        assert (owner.fold.models, reader.unreadable) == ({"click@1"}, 1)
        await (await owner.open()).read()
        assert (owner.partition.phase, owner.partition.applied) == ("waiting", 2)
        await asyncio.to_thread(publish, kafka, "purchase")
        async with asyncio.timeout(10):
            while owner.partition.applied < 5:
                owner.partition.step(wall_ms())
                await asyncio.sleep(0.01)
        assert owner.partition.reason == ""
        await owner.leave()
        await reader.stop()
        assert fatal == []

    asyncio.run(run())


def test_old_versions_are_read_when_somebody_needs_them(kafka: Settings) -> None:
    """Start takes the newest alone; any older one comes when it is asked for, once more after it was forgotten."""

    async def run() -> None:
        models = [snapshot(version) for version in range(1, 3 * RECENT)]
        write(kafka, "models", [Sent(m.key.encode(), encode_msgpack(m), ()) for m in models], partition=0)
        store, fatal = ModelStore(), list[str]()
        reader = ModelReader(kafka, store, fatal.append)
        await reader.start()
        assert reader.read == 1
        for model in (models[-1], models[0], models[-RECENT], *models[1:30], models[0]):
            await found(store, model)
        with pytest.raises(ModelMissing):
            store.get("purchase", 4 * RECENT, "")
        sender = producer(kafka)
        sender.produce(kafka.topic("models"), None, models[3].key.encode(), 0)
        sender.flush()
        newer = snapshot(4 * RECENT)
        write(kafka, "models", [Sent(newer.key.encode(), encode_msgpack(newer), ())], partition=0)
        await found(store, newer)
        await reader.stop()
        assert fatal == []

    asyncio.run(run())


def test_what_stands_behind_a_missing_version_comes_with_it(kafka: Settings) -> None:
    """A fold that catches up asks for the versions in turn: it does not wait for each."""

    async def run() -> None:
        models = [snapshot(version) for version in range(1, 3 * AHEAD)]
        write(kafka, "models", [Sent(m.key.encode(), encode_msgpack(m), ()) for m in models], partition=0)
        store, fatal = ModelStore(), list[str]()
        reader = ModelReader(kafka, store, fatal.append)
        await reader.start()
        await found(store, models[3])
        await found(store, models[3 + AHEAD])
        for model in models[3 : 4 + AHEAD]:
            assert store.get(model.name, model.version, model.sha256)
        await until(lambda: held(store, models[4 + AHEAD]))
        with pytest.raises(ModelMissing):
            store.get("purchase", 1, models[0].sha256)
        await reader.stop()
        assert fatal == []

    asyncio.run(run())


def held(store: ModelStore, model: ModelSnapshot) -> bool:
    """Whether the store has it, without asking for it."""
    return store.trained_until(model.name, model.version) is not None


async def found(store: ModelStore, model: ModelSnapshot) -> None:
    """Ask until the store has it."""

    def asked() -> bool:
        with suppress(ModelMissing):
            return store.get(model.name, model.version, model.sha256) is not None
        return False

    await until(asked)


async def until(holds: Callable[[], bool]) -> None:
    """Wait for a condition, with a deadline."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - the reader's thread sets no event
            await asyncio.sleep(0.01)


def test_a_models_topic_that_is_not_there_is_fatal(settings: Settings) -> None:
    """The process must not decide without knowing its models."""

    async def run() -> None:
        fatal: list[str] = []
        reader = ModelReader(settings, Shelf(set()), fatal.append)
        await reader.start()
        await asyncio.sleep(0)
        await reader.stop()
        assert len(fatal) == 1
        assert "models cannot be read" in fatal[0]

    asyncio.run(run())
