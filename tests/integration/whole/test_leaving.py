"""The way out when nothing answers any more: bounded, whatever hangs."""

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from agents.app import ROLES
from agents.creation import create_topics
from agents.settings import Settings, environment_of
from deploy.kafka import LocalKafka
from tests.making.storefront import Storefront
from tests.making.workers import Worker, wait_for

MOST = 30.0


@pytest.fixture
def broker(settings: Settings, tmp_path: Path) -> Iterator[LocalKafka]:
    """A broker of this test's own, which it may stop."""
    del settings  # asks whether there can be one
    kafka = LocalKafka(tmp_path / "kafka", heap="256m")
    kafka.start()
    yield kafka
    kafka.stop()


def test_a_signal_ends_every_role_within_half_a_minute_though_the_broker_is_gone(
    broker: LocalKafka, settings: Settings, environment: dict[str, str], tmp_path: Path
) -> None:
    """With records folded that no checkpoint holds, and outputs on their way: then the next start recovers."""
    own = msgspec.structs.replace(settings, bootstrap_servers=broker.bootstrap)
    create_topics(own)
    workers = [Worker(role, environment | environment_of(own), tmp_path, checkpoint_interval=60) for role in ROLES]
    decide = workers[1]
    shop = Storefront(own)
    wait_for(lambda: _folded_after(shop, decide), "decide folds")
    broker.stop()
    began = time.monotonic()
    for worker in workers:
        worker.process.terminate()
    for worker in workers:
        worker.process.wait(MOST + 10)
        assert time.monotonic() - began < MOST, worker.said()
    assert "no last checkpoint of user-log/" in decide.said()
    assert not any("Traceback" in worker.said() for worker in workers)


def _folded_after(shop: Storefront, decide: Worker) -> bool:
    shop.visit("ann", ["view", "click", "add_to_cart"])
    shop.settle()
    return decide.metric("records_total", 'role="decide"', 'type="e"') > 0
