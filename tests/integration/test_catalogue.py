"""The catalogue on a real Kafka: a file into force, and stock that changes after it."""

import asyncio
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agents.control import read_held
from agents.creation import create_topics
from agents.errors import DONE, FOUND
from agents.runtime.models import ModelReader
from agents.settings import Settings
from schemas.codec import decode_record
from schemas.records import ItemTold, ModelActivated
from schemas.topics import CATALOGUE, CONTROL
from streams.catalogue.item import OUT, Item
from streams.catalogue.table import NAME, ItemTable
from streams.models.store import ModelStore
from streams.profiles.user import mark
from tests.making.memory_kafka import Sent
from tests.making.owners import write
from tests.making.topics import bodies_of, written
from tests.making.workers import Worker, wait_for

Promostream = Callable[..., subprocess.CompletedProcess[str]]

ITEMS = "item_id,price,cost,pieces\nshoes,399.00,245.00,12\nsocks,9.90,,0\n"


@pytest.fixture
def items(tmp_path: Path) -> Path:
    """A catalogue of two items."""
    (tmp_path / "items.csv").write_text(ITEMS)
    return tmp_path / "items.csv"


def test_a_file_is_put_in_force_and_changes_reach_every_partition(
    settings: Settings, environment: dict[str, str], promostream: Promostream, items: Path, tmp_path: Path
) -> None:
    """Twice: the later one has the larger version; ``intake`` copies both, and a message on ``catalogue`` too."""
    create_topics(settings)
    published = [promostream("catalogue", "publish", str(items), "--currency", "CNY") for _ in range(2)]
    assert [(result.returncode, result.stderr) for result in published] == [(DONE, "")] * 2
    change = b'{"item_id":"shoes","kind":"change","occurred_at":1790000000000,"stock":"out_of_stock"}'
    write(settings, CATALOGUE, [Sent(b"shoes", change, ())], partition=1)
    worker = Worker("intake", environment, tmp_path)
    try:
        wait_for(lambda: _copies(settings, ItemTold) == settings.partitions, "the change is in every partition")
        wait_for(lambda: _copies(settings, ModelActivated) == 2 * settings.partitions, "both versions are named")
    finally:
        worker.stop()
    activated = [body for body in bodies_of(settings) if isinstance(body, ModelActivated)]
    newest = max(activated, key=lambda body: body.version)
    assert newest.version == read_held(settings).items
    assert f"in force as {NAME}@{newest.version}" in published[1].stdout
    table = asyncio.run(_read(settings, newest))
    assert table.get(mark("shoes")) == Item(table.as_of, price=39_900, cost=24_500, stock=12)


def test_a_cut_holds_the_snapshot_and_what_was_told_since(
    settings: Settings, promostream: Promostream, items: Path
) -> None:
    """Nothing to cut from is told in one line."""
    create_topics(settings)
    assert promostream("catalogue", "cut").returncode == FOUND
    promostream("catalogue", "publish", str(items), "--currency", "CNY")
    now = time.time_ns() // 1_000_000
    change = b'{"item_id":"shoes","kind":"change","occurred_at":%d,"stock":"out_of_stock"}' % now
    write(settings, CATALOGUE, [Sent(b"shoes", change, ())], partition=1)
    before = read_held(settings).items
    result = promostream("catalogue", "cut")
    assert (result.returncode, result.stderr) == (DONE, "")
    assert read_held(settings).items > before
    records = [decode_record(value).body for _, value, _ in written(settings, CONTROL, 0)]
    newest = next(body for body in reversed(records) if isinstance(body, ModelActivated))
    table = asyncio.run(_read(settings, newest))
    assert table.get(mark("shoes")) == Item(now, price=39_900, cost=24_500, stock=OUT)
    assert len(table) == 2


def _copies(settings: Settings, kind: type) -> int:
    return sum(isinstance(body, kind) for body in bodies_of(settings))


async def _read(settings: Settings, activated: ModelActivated) -> ItemTable:
    """The snapshot as a worker gets it."""
    store, fatal = ModelStore(), list[str]()
    reader = ModelReader(settings, store, fatal.append)
    await reader.start()
    found = store.get(activated.name, activated.version, activated.sha256)
    await reader.stop()
    assert fatal == []
    assert isinstance(found, ItemTable)
    return found
