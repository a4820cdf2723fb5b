"""Measures triggers on their way to the broker, without the runtime or the fold knowing."""

from agents.metrics import Exporter
from agents.runtime.partition import wall_ms
from agents.runtime.wires import ForwardingWire, Headers, Reported, Wire


class TimedWire(ForwardingWire):
    """A producer that observes, for each message to ``topic``, the time since ``arrived`` (ms) was last set."""

    def __init__(self, wire: Wire, topic: str, exporter: Exporter) -> None:
        super().__init__(wire)
        self.arrived = 0
        self._topic = topic
        self._exporter = exporter

    def produce(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        partition: int = -1,
        *,
        on_delivery: Reported,
        headers: Headers,
    ) -> None:
        """See ``Wire``."""
        if topic == self._topic and self.arrived:
            self._exporter.observe("trigger_latency_seconds", max(0, wall_ms() - self.arrived) / 1000)
        super().produce(topic, value, key, partition, on_delivery=on_delivery, headers=headers)
