"""The clusters that scenarios play on: one of each kind, started when first needed and used again."""

import os
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from deploy.kafka import LocalKafka
from tests.chaos.scenario import Brokers

KINDS: dict[Brokers, int] = {1: 1, 3: 3, "own": 1, "clock": 1}
"""How many brokers a cluster of a kind has."""
HEAP = "512m"


class Address(NamedTuple):
    """Where a cluster is; ``kafka`` is None for a broker that was given."""

    bootstrap: str
    kafka: LocalKafka | None


class Clusters:
    """Clusters under ``folder``; only one runs at a time. ``$KAFKA_BOOTSTRAP_SERVERS`` serves as a single broker."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[Brokers, LocalKafka] = {}

    def use(self, kind: Brokers) -> Address:
        """A whole cluster of this kind."""
        given = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
        if given and kind == 1:
            return Address(given, None)
        for other in [running for running in self._running if running != kind]:
            self._running.pop(other).stop()
        kafka = self._running.get(kind) or LocalKafka(self._folder / f"kafka-{kind}", KINDS[kind], HEAP)
        self._running[kind] = kafka
        if kind == "clock" and not kafka.clock.exists:
            kafka.clock.make()
        return Address(kafka.start(), kafka)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for kafka in self._running.values():
            kafka.stop()
