"""A few minutes of chaos in one: some scenarios of ``scripts/chaos`` with every run of the tests."""

import os
from collections.abc import Iterator

import pytest

from deploy.kafka import KafkaUnavailable
from tests.chaos.clusters import Clusters
from tests.chaos.every import every_scenario
from tests.chaos.playing import play
from tests.chaos.scenario import Scenario

HOW_TO_RUN = "install Java 17 and Maven, or set KAFKA_BOOTSTRAP_SERVERS to a broker for tests"
SHORT = [scenario for scenario in every_scenario() if scenario.short]

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A single broker."""
    with Clusters(tmp_path_factory.mktemp("chaos")) as clusters:
        try:
            address = clusters.use(1)
        except KafkaUnavailable as problem:
            if os.environ.get("CI") == "true":
                raise
            pytest.skip(f"no Kafka: {problem} ({HOW_TO_RUN})")
        yield address.bootstrap


@pytest.mark.parametrize("scenario", SHORT, ids=lambda scenario: scenario.name)
def test_a_scenario_passes(scenario: Scenario, bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """State, outputs, counters and inputs are those of an offline fold of the log, whatever was done to the workers."""
    verdict = play(scenario, 1, bootstrap, tmp_path_factory.mktemp("stages"))
    assert verdict.passed, f"{verdict.reason} ({verdict.where})"
