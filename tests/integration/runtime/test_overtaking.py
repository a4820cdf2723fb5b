"""No output overtakes one that was not delivered: librdkafka times messages out one by one, and sends the rest."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from confluent_kafka import KafkaError, Message, TopicPartition
from confluent_kafka.admin import NewTopic

from agents import clients
from agents.runtime.outputs import output_producer
from agents.settings import Settings
from deploy.kafka import KafkaUnavailable, LocalKafka
from deploy.kafka.harm import kill

SESSION, AFTERWARDS = 6.0, 6.0
"""Seconds; a killed broker takes longer than the session to come back, and the producer some more to find it."""


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[LocalKafka]:
    """A broker of our own: it is killed."""
    own = LocalKafka(tmp_path / "kafka")
    try:
        own.start()
    except KafkaUnavailable as problem:
        pytest.skip(str(problem))
    yield own
    own.clean()


def test_no_output_overtakes_one_that_is_not_delivered(kafka: LocalKafka) -> None:
    """A younger record that stands in the log before an older one makes readers drop the older one as a repeat."""
    settings = Settings(bootstrap_servers=kafka.bootstrap, session_timeout=SESSION)
    admin = clients.admin_client(settings)
    admin.create_topics([NewTopic("log", 1)])["log"].result()
    lost: list[int] = []

    def note(error: KafkaError | None, message: Message) -> None:
        if error is not None:
            lost.append(int(message.value() or b""))

    wire, number = output_producer(settings), 0
    wire.produce("log", b"0", on_delivery=note, headers=[])
    assert wire.flush(20) == 0
    kill(kafka, 1)
    with ThreadPoolExecutor(1) as thread:
        back = thread.submit(kafka.start)
        until = float("inf")
        while time.monotonic() < until:
            until = min(until, time.monotonic() + AFTERWARDS) if back.done() else until
            number += 1
            wire.produce("log", str(number).encode(), on_delivery=note, headers=[])
            wire.poll(0.02)
    wire.flush(30)
    with clients.consumer(settings) as reader:
        reader.assign([TopicPartition("log", 0, 0)])
        there, deadline = list[int](), time.monotonic() + 10
        while len(there) <= number - len(lost) and time.monotonic() < deadline:
            there += [int(m.value() or b"") for m in reader.consume(1000, 0.5) if m.error() is None]
    assert there == list(range(len(there))), f"{len(lost)} of {number} were lost, and younger ones stand in the log"
