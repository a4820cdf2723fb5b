"""Brokers that are away for a while, and whether work goes on from end to end: lags alone would not tell."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from confluent_kafka import KafkaException

from deploy.kafka import LocalKafka
from deploy.kafka.harm import kill
from tests.chaos.resting import counted
from tests.chaos.stage import RATE, Stage

BACK = 150.0
"""Seconds for which a broker may take to come back: three on a busy machine need more than one."""
FLOWS = 120.0
PAUSE = 0.2

Harm = Callable[[LocalKafka, int], None]


def kafka_of(stage: Stage) -> LocalKafka:
    """The cluster of the stage, which must be one of ours."""
    assert stage.kafka is not None, "this scenario needs a cluster of its own"
    return stage.kafka


@contextmanager
def away(stage: Stage, node: int, harm: Harm = kill) -> Iterator[None]:
    """A broker is away inside, and back afterwards, whatever happens."""
    harm(kafka_of(stage), node)
    try:
        yield
    finally:
        bring_back(stage)


def bring_back(stage: Stage) -> None:
    """Start what does not run, and wait until every copy of every partition is in sync; supervision goes on."""
    with ThreadPoolExecutor(1) as thread:
        start = thread.submit(kafka_of(stage).start)
        stage.wait(start.done, "the brokers are back", BACK)
        start.result()
    stage.wait(lambda: in_sync(stage), "every copy is in sync", BACK)


def in_sync(stage: Stage) -> bool:
    """Whether every partition of every topic has all its copies, and a leader."""
    topics = stage.admin.list_topics(timeout=30).topics.values()
    partitions = [partition for topic in topics for partition in topic.partitions.values()]
    return all(len(partition.isrs) == len(partition.replicas) and partition.leader >= 0 for partition in partitions)


def flow_again(stage: Stage, began: float) -> None:
    """Wait until a second of new load is published and folded; the recovery since ``began`` (monotonic) is noted."""
    assert stage.load is not None
    before = len(stage.load.published)

    def flows() -> bool:
        assert stage.load is not None
        stage.lasts(PAUSE)
        fresh = len(stage.load.published) - before
        try:
            return fresh >= RATE and stage.written() - counted(stage, "decide") <= RATE * 2
        except KafkaException:  # a leader that was just chosen does not tell the end yet
            return False

    stage.wait(flows, "events are published and folded again", FLOWS)
    stage.recoveries.append(time.monotonic() - began)
