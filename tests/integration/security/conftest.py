"""One closed broker for the tests of this folder, and topics of its own for each."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agents.settings import environment_of
from deploy.kafka import KafkaUnavailable, LocalKafka
from tests.making.closed_kafka import USERS, Grounds
from tests.making.workers import Worker


@pytest.fixture(scope="session")
def closed_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalKafka]:
    """TLS, SCRAM and an authoriser: always one of our own, whatever KAFKA_BOOTSTRAP_SERVERS says."""
    kafka = LocalKafka(tmp_path_factory.mktemp("closed-kafka"), heap="384m")
    kafka.close_to_strangers(USERS)
    try:
        kafka.start()
    except KafkaUnavailable as problem:
        pytest.skip(f"no Kafka: {problem} (these tests start a closed broker: install Java 17 and Maven)")
    yield kafka
    kafka.stop()


@pytest.fixture(scope="session")
def shared(closed_kafka: LocalKafka, tmp_path_factory: pytest.TempPathFactory) -> Grounds:
    """Topics and rights for the tests that leave them as they are."""
    grounds = Grounds(closed_kafka, "shared-", tmp_path_factory.mktemp("shared"))
    grounds.prepare()
    return grounds


@pytest.fixture
def grounds(closed_kafka: LocalKafka, tmp_path: Path) -> Grounds:
    """Topics and rights of the test's own."""
    own = Grounds(closed_kafka, f"test-{uuid.uuid4().hex[:8]}-", tmp_path)
    own.prepare()
    return own


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Start a worker as its own principal: ``start(grounds, "decide", checkpoint_interval=1)``."""
    workers: list[Worker] = []

    def started(grounds: Grounds, role: str, **changes: object) -> Worker:
        own = environment_of(grounds.settings(role, **changes))
        workers.append(Worker(role, own, tmp_path))
        return workers[-1]

    yield started
    for worker in workers:
        if worker.alive():
            worker.kill()
