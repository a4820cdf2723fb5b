"""From publishing an event to a readable trigger, at a fixed rate: a source publishes, a reader takes the times."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from confluent_kafka import Consumer, TopicPartition

from agents.clients import consumer
from agents.settings import Settings
from schemas.topics import TRIGGERS
from tests.benchmarks.contestants import Running
from tests.benchmarks.figures import Latency
from tests.benchmarks.pace import Stuck, cpu_seconds, last_line

WARM_UP = 3.0
TURN = 0.001
PATIENCE = 300.0
SETTLING = 2.0
"""Seconds in which the last triggers may still come."""
BEHIND = 1.0
"""Seconds of events: whoever lags more at the end has fallen behind, and its latency is only a matter of duration."""

Place = tuple[int, int]
"""Partition and offset of a record of ``user-log``."""


class Source(Protocol):
    """Events to publish, in order; ``settings`` are those of the topics."""

    settings: Settings

    def publish(self, most: int) -> int:
        """Publish the next events, at most so many, and what stands between them; the number, 0 at the end."""

    def published_at(self) -> Callable[[Place], float | None]:
        """When (s, monotonic) what became a record of the log was published; None if unknown."""


class Load(NamedTuple):
    """``preload`` events at once, then ``rate`` events/s, measured for ``seconds`` after the warm-up."""

    rate: int
    seconds: float
    preload: int


def measure(
    source: Source, start: Callable[[], AbstractContextManager[list[Running]]], prefix: str, load: Load
) -> Latency:
    """Run processes that write triggers under ``prefix`` on what the source publishes; the last one says how far it is.

    Raises:
        Stuck: they ended, or did not fold what was there before.

    """
    with start() as processes:
        source.publish(load.preload)
        _wait(processes, 0.9 * load.preload)
        with consumer(source.settings, fetch_wait_max_ms=1000) as reader:
            _begin_at_end(reader, f"{prefix}{TRIGGERS}", source.settings.partitions)
            window = _Window(source, reader, load)
            window.run(WARM_UP)
            began, before = time.monotonic(), _cpu(processes)
            published = window.run(load.seconds)
            cpu = (_cpu(processes) - before) / load.seconds
            lag = load.preload + published - processes[-1].done()
            window.settle(SETTLING)
    found = sorted(_times(window.arrivals, source.published_at(), began, began + load.seconds))
    return _latency(load, found, cpu, fell_behind=lag > BEHIND * load.rate)


class _Window:
    """Publishes at the load's rate and notes which triggers arrive when."""

    def __init__(self, source: Source, reader: Consumer, load: Load) -> None:
        self.arrivals: list[tuple[Place, float]] = []
        self._source, self._reader, self._rate = source, reader, load.rate
        self._published = 0
        self._began = time.monotonic()

    def run(self, seconds: float) -> int:
        """Go on for so long; events published since the beginning."""
        until = time.monotonic() + seconds
        while (now := time.monotonic()) < until:
            due = int((now - self._began) * self._rate) - self._published
            self._published += self._source.publish(due) if due > 0 else 0
            self._take()
        return self._published

    def settle(self, seconds: float) -> None:
        """Only read for so long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._take()

    def _take(self) -> None:
        message = self._reader.poll(TURN)
        if message is not None and message.error() is None:
            self.arrivals.append((_caused_by(message.headers()), time.monotonic()))


def _caused_by(headers: object) -> Place:
    """The record that an output names in its header ``origin``: ``epoch/partition/offset/n``."""
    pairs = dict(headers) if isinstance(headers, list) else {}
    _, partition, offset, _ = pairs[b"origin" if b"origin" in pairs else "origin"].decode().split("/")
    return int(partition), int(offset)


def _times(
    arrivals: list[tuple[Place, float]], published_at: Callable[[Place], float | None], since: float, until: float
) -> Iterator[float]:
    for place, arrived in arrivals:
        published = published_at(place)
        if published is not None and since <= published < until:
            yield (arrived - published) * 1000


def _latency(load: Load, found: list[float], cpu: float, *, fell_behind: bool) -> Latency:
    known = found and not fell_behind
    p50, p99 = (found[int(share * (len(found) - 1))] if known else None for share in (0.5, 0.99))
    return Latency(load.rate, len(found), p50, p99, cpu, fell_behind)


def _begin_at_end(reader: Consumer, topic: str, partitions: int) -> None:
    ends = (reader.get_watermark_offsets(TopicPartition(topic, n), timeout=10)[1] for n in range(partitions))
    reader.assign([TopicPartition(topic, number, end) for number, end in enumerate(ends)])


def _cpu(processes: list[Running]) -> float:
    return sum(cpu_seconds(running.process.pid) for running in processes)


def _wait(processes: list[Running], events: float) -> None:
    deadline = time.monotonic() + PATIENCE
    while processes[-1].done() < events:
        ended = [running for running in processes if running.process.poll() is not None]
        if ended or time.monotonic() > deadline:
            raise Stuck(f"what was there before was not folded: {last_line((ended or processes)[0].log)}")
        time.sleep(0.1)
