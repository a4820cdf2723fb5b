"""Every metric in one typed table, and the exporter: an own registry, nothing global, nothing per user.

Totals that folds keep in their state (decisions, gates, duplicates …) are read from them at each scrape and summed
over the partitions owned now; the runtime sets gauges and observes durations.
"""

import platform
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, NamedTuple

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

PREFIX = "promostream_"
FAST = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
AGES = (0.1, 0.5, 1.0, 5.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 21_600.0, 86_400.0)
"""Bounds in seconds: a campaign's ``max_event_age`` is minutes, an app that was offline brings hours."""

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Counters = Mapping[str, int]
"""Totals: metric name without prefix, then label values, joined by ``|``."""


class Metric(NamedTuple):
    """One metric; a ``total`` is kept by folds and partitions and read at each scrape; its name ends in ``_total``."""

    name: str
    kind: Literal["total", "gauge", "histogram"]
    labels: tuple[str, ...]
    meaning: str
    buckets: tuple[float, ...] = FAST


METRICS: dict[str, Metric] = {
    m.name: m
    for m in (
        Metric("build_info", "gauge", ("version", "python"), "always 1; the running version"),
        Metric("records_total", "total", ("role", "type"), "records applied, by type"),
        Metric("read_total", "total", ("source",), "messages read at intake: accepted and refused ones"),
        Metric("accepted_total", "total", ("source",), "messages taken at intake"),
        Metric("redriven_total", "total", ("source",), "dead letters of a source that were taken when they came again"),
        Metric("source_paused", "gauge", ("source",), "partitions of a source left unread for their dead letters"),
        Metric("repaired_total", "total", ("source", "field"), "fields that cleaning changed"),
        Metric("duplicates_total", "total", ("source",), "records dropped because they had been taken before"),
        Metric("after_erasure_total", "total", (), "records dropped: of before their customer's erasure"),
        Metric("dead_letters_total", "total", ("source", "reason"), "messages refused at intake"),
        Metric("decisions_total", "total", ("campaign", "mode", "result"), "decisions by result"),
        Metric("gate_rejections_total", "total", ("campaign", "gate"), "candidates that a gate refused"),
        Metric("triggers_total", "total", ("campaign", "channel", "kind"), "triggers written"),
        Metric("outcomes_total", "total", ("campaign", "channel", "status"), "outcomes that came back"),
        Metric("fraud_alerts_total", "total", ("kind",), "alerts about risky customers"),
        Metric("rings_total", "total", ("role", "kind"), "rings told of, or taken back"),
        Metric("catalogue_changes_total", "total", ("fate",), "words on items: taken, late, or crowding out another"),
        Metric("catalogue_age_seconds", "gauge", (), "time since the newest word on any item of the catalogue"),
        Metric("lag_records", "gauge", ("role", "partition"), "records behind the end of the log"),
        Metric("oldest_record_age_seconds", "gauge", ("role", "partition"), "age of the record folded last, if behind"),
        Metric("trigger_latency_seconds", "histogram", (), "arrival in the log to trigger handed to the producer"),
        Metric("batch_duration_seconds", "histogram", ("role", "phase"), "time a batch took, by phase"),
        Metric("checkpoint_duration_seconds", "histogram", (), "cut to commit of a checkpoint"),
        Metric("checkpoint_age_seconds", "gauge", ("partition",), "time since the last durable checkpoint"),
        Metric("refold_records_total", "total", (), "records folded again in recovery, as far as outputs show"),
        Metric("determinism_violations_total", "total", (), "outputs that came out differently; any is a bug"),
        Metric("event_age_seconds", "histogram", ("source",), "age of an event when it was read", AGES),
        Metric("config_version", "gauge", ("kind", "partition"), "origin on control of the configuration in force"),
        Metric("model_age_seconds", "gauge", ("model",), "time since the end of what the model in force learned from"),
        Metric("model_loss", "gauge", ("model", "slot"), "log loss in nats of predictions made before their labels"),
        Metric("model_calibration_ratio", "gauge", ("model",), "positives predicted per positive that came"),
        Metric("challenger_calibration_ratio", "gauge", ("model", "algorithm"), "as of the model, of its challengers"),
        Metric(
            "challenger_lead_nats", "gauge", ("model", "algorithm"), "log loss that it would surely save; over 0: win"
        ),
        Metric("promotions_total", "total", ("model", "algorithm"), "times that this challenger became the champion"),
        Metric("forecast_error", "gauge", ("series", "hours", "model"), "mean absolute error of forecasts of an hour"),
        Metric("drift_total", "total", ("model", "input"), "times that a model's errors changed, by what showed it"),
        Metric("experiment_users", "gauge", ("campaign", "version", "arm"), "users enrolled whose window has ended"),
        Metric("experiment_purchases", "gauge", ("campaign", "version", "arm"), "users among them who bought"),
        Metric("experiment_margin_minor_units", "gauge", ("campaign", "version", "arm"), "their margin, net of costs"),
        Metric("fraud_gate_cost_minor_units", "gauge", ("campaign", "version"), "margin that refusals for fraud cost"),
        Metric("clock_skew_seconds", "gauge", ("partition",), "append time of the last record less the fold's clock"),
        Metric("state_users", "gauge", ("partition",), "users in memory"),
        Metric("recovery_remaining_records", "gauge", ("partition",), "log records still to fold in recovery"),
    )
}


class Exporter:
    """Holds the values of one process and renders them; every name must be in the table."""

    def __init__(self, version: str) -> None:
        self.registry = CollectorRegistry()
        self._sources: list[Callable[[], Iterable[Counters]]] = []
        self._gauges: dict[str, Gauge] = {}
        self._histograms: dict[str, Histogram] = {}
        for metric in METRICS.values():
            self._register(metric)
        self.registry.register(_Totals(self._sources))
        self.set("build_info", 1, version, platform.python_version())

    def _register(self, metric: Metric) -> None:
        name = PREFIX + metric.name
        if metric.kind == "gauge":
            self._gauges[metric.name] = Gauge(name, metric.meaning, metric.labels, registry=self.registry)
        elif metric.kind == "histogram":
            self._histograms[metric.name] = Histogram(
                name, metric.meaning, metric.labels, registry=self.registry, buckets=metric.buckets
            )

    def read_from(self, source: Callable[[], Iterable[Counters]]) -> None:
        """Add a source of totals, asked at every scrape; names outside the table are left out."""
        self._sources.append(source)

    def set(self, name: str, value: float, *labels: str) -> None:
        """Set a gauge."""
        gauge = self._gauges[name]
        (gauge.labels(*labels) if labels else gauge).set(value)

    def forget(self, name: str, *labels: str) -> None:
        """Drop a gauge's series, as when its partition has left this process."""
        try:
            self._gauges[name].remove(*labels)
        except KeyError:
            return  # it was never set

    def observe(self, name: str, value: float, *labels: str) -> None:
        """Add one observation to a histogram."""
        histogram = self._histograms[name]
        (histogram.labels(*labels) if labels else histogram).observe(value)

    def render(self) -> bytes:
        """The text that Prometheus scrapes."""
        return generate_latest(self.registry)


class _Totals(Collector):
    """All totals as counters, summed over sources at each scrape."""

    def __init__(self, sources: list[Callable[[], Iterable[Counters]]]) -> None:
        self._sources = sources

    def describe(self) -> list[CounterMetricFamily]:
        return [_family(m) for m in METRICS.values() if m.kind == "total"]

    def collect(self) -> list[CounterMetricFamily]:
        families = {m.name: _family(m) for m in METRICS.values() if m.kind == "total"}
        for key, total in add_up(counters for source in self._sources for counters in source()).items():
            name, *labels = key.split("|")
            family = families.get(name)
            if family is not None and len(labels) == len(METRICS[name].labels):
                family.add_metric(labels, total)
        return list(families.values())


def _family(metric: Metric) -> CounterMetricFamily:
    return CounterMetricFamily(PREFIX + metric.name, metric.meaning, labels=metric.labels)


def add_up(many: Iterable[Counters]) -> dict[str, int]:
    """The sum of several sets of totals."""
    sums: dict[str, int] = {}
    for counters in many:
        for key, total in counters.items():
            sums[key] = sums.get(key, 0) + total
    return sums
