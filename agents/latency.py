"""Measures triggers on their way to the broker, without the runtime or the fold knowing."""

from collections.abc import Callable

from confluent_kafka import KafkaError, Message

from agents.metrics import Exporter
from agents.runtime.lanes import Wire
from agents.runtime.partition import wall_ms


class TimedWire:
    """A producer that observes, for each message to ``topic``, the time since ``arrived`` (ms) was last set."""

    def __init__(self, wire: Wire, topic: str, exporter: Exporter) -> None:
        self.arrived = 0
        self._wire = wire
        self._topic = topic
        self._exporter = exporter

    def produce(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        partition: int = -1,
        *,
        on_delivery: Callable[[KafkaError | None, Message], None],
        headers: list[tuple[str, str | bytes | None]],
    ) -> None:
        """See ``Wire``."""
        if topic == self._topic and self.arrived:
            self._exporter.observe("trigger_latency_seconds", max(0, wall_ms() - self.arrived) / 1000)
        self._wire.produce(topic, value, key, partition, on_delivery=on_delivery, headers=headers)

    def poll(self, timeout: float) -> int:
        """See ``Wire``."""
        return self._wire.poll(timeout)

    def flush(self, timeout: float) -> int:
        """See ``Wire``."""
        return self._wire.flush(timeout)

    def __len__(self) -> int:
        return len(self._wire)
