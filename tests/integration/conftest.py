"""A real Apache Kafka for every test here, and a prefix of its own for each."""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.clients import admin_client
from agents.settings import PREFIX, Settings, environment_of
from deploy.kafka import KafkaUnavailable, LocalKafka

HERE = Path(__file__).parent
HOW_TO_RUN = "install Java 17 and Maven, or set KAFKA_BOOTSTRAP_SERVERS to a broker for tests"

Promostream = Callable[..., subprocess.CompletedProcess[str]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a broker."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.integration)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With ``CI=true`` a skipped test of this folder is a failure: nobody reads skips."""
    del item, call
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"with CI=true an integration test must run: {reason}"
    return report


@pytest.fixture(scope="session")
def bootstrap_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The broker: ``$KAFKA_BOOTSTRAP_SERVERS``, else a local one that lives as long as the tests run."""
    given = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if given:
        yield given
        return
    kafka = LocalKafka(tmp_path_factory.mktemp("kafka"), heap="512m")
    try:
        kafka.start()
    except KafkaUnavailable as problem:
        pytest.skip(f"no Kafka: {problem} ({HOW_TO_RUN})")
    yield kafka.bootstrap
    kafka.stop()


@pytest.fixture
def settings(bootstrap_servers: str, tmp_path: Path) -> Iterator[Settings]:
    """Settings with topics of the test's own (none made yet; all removed afterwards), four partitions and keys."""
    own = Settings(
        bootstrap_servers=bootstrap_servers,
        topic_prefix=f"test-{uuid.uuid4().hex[:8]}-",
        partitions=4,
        token_key="1f" * 32,
        coupon_key="2e" * 32,
        model_pause=0.0,
        data_dir=str(tmp_path),
    )
    yield own
    client = admin_client(own)
    names = [name for name in client.list_topics(timeout=10).topics if name.startswith(own.topic_prefix)]
    for deleted in (client.delete_topics(names) if names else {}).values():
        deleted.result()


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    """The environment in which the project's commands use exactly the test's settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return inherited | environment_of(settings)


@pytest.fixture
def promostream(environment: dict[str, str]) -> Promostream:
    """Run the installed command to its end: ``promostream("topics", "check", PROMOSTREAM_PARTITIONS="8")``."""
    command = str(Path(sys.executable).with_name("promostream"))

    def run(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [command, *arguments], env=environment | changes, capture_output=True, text=True, timeout=120, check=False
        )

    return run
