"""Brokers that are taken away and brought back, and brokers whose clock is wrong."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import KafkaError, Message
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic

from agents.clients import admin_client, producer
from agents.settings import Settings
from deploy.kafka import KafkaUnavailable, LocalKafka
from deploy.kafka.clock import find_faketime
from deploy.kafka.harm import kill, retire
from deploy.kafka.jars import find_jars, find_java

DAY = 86_400


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """Where a broker may be started; whatever runs there afterwards is ended."""
    try:
        find_java()
        find_jars(tmp_path / "maven.log", print)
    except KafkaUnavailable as problem:
        pytest.skip(f"{problem}: these tests start brokers of their own")
    yield tmp_path / "kafka"
    LocalKafka(tmp_path / "kafka").clean()


def in_sync(admin: AdminClient, topic: str) -> int:
    """How many copies of the topic's first partition may lead it."""
    return len(admin.list_topics(topic, timeout=10).topics[topic].partitions[0].isrs)


def append_time(settings: Settings, topic: str) -> float:
    """Write one message; its time in seconds, as the broker has it."""
    found: list[int] = []

    def note(error: KafkaError | None, message: Message) -> None:
        assert error is None
        found.append(message.timestamp()[1])

    sender = producer(settings)
    sender.produce(settings.topic(topic), b"x", on_delivery=note)
    assert sender.flush(20) == 0
    return found[0] / 1000


def wait_until_in_sync(admin: AdminClient, topic: str, copies: int) -> None:
    """Ask again and again."""
    deadline = time.monotonic() + 60
    while in_sync(admin, topic) != copies:
        assert time.monotonic() < deadline, f"never {copies} copies in sync"
        time.sleep(0.1)


def test_two_of_three_brokers_go_on_and_the_third_comes_back(directory: Path) -> None:
    """Writing needs two copies in sync and has them; the same node comes back."""
    with LocalKafka(directory, brokers=3, heap="256m") as kafka:
        settings = Settings(bootstrap_servers=kafka.bootstrap)
        admin = admin_client(settings)
        made = NewTopic("copied", 1, 3, config={"min.insync.replicas": "2"})
        admin.create_topics([made])["copied"].result()
        offsets = ConfigResource(ConfigResource.Type.BROKER, "1")
        assert admin.describe_configs([offsets])[offsets].result()["min.insync.replicas"].value == "2"
        kill(kafka, 1)
        assert sorted(kafka.pids) == [2, 3]
        assert append_time(settings, "copied") > 0
        kafka.start()
        assert sorted(kafka.pids) == [1, 2, 3]
        wait_until_in_sync(admin, "copied", 3)


def test_the_command_kills_a_broker_and_brings_it_back(directory: Path) -> None:
    """Another process than the one that started it may do it, and it keeps its port."""
    kafka = LocalKafka(directory)
    bootstrap, before = kafka.start(), kafka.pids
    line = [sys.executable, "-m", "deploy.kafka", "kill", "--dir", str(directory), "--back-after", "0.1"]
    result = subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr
    after = LocalKafka(directory)
    assert (after.bootstrap, sorted(after.pids)) == (bootstrap, [1])
    assert after.pids != before
    retire(after, 1)
    with pytest.raises(KafkaUnavailable, match="broker 1 does not run; `start` brings it back"):
        kill(after, 1)
    kafka.stop()


def test_the_clock_of_a_broker_jumps_by_a_day_in_both_directions(directory: Path) -> None:
    """The time of day that it writes into records; its waits and timeouts keep their pace."""
    try:
        find_faketime()
    except KafkaUnavailable as problem:
        pytest.skip(str(problem))
    kafka = LocalKafka(directory)
    kafka.clock.make()
    with kafka:
        settings = Settings(bootstrap_servers=kafka.bootstrap)
        stamped = NewTopic("stamped", 1, config={"message.timestamp.type": "LogAppendTime"})
        admin = admin_client(settings)
        admin.create_topics([stamped])["stamped"].result()
        assert abs(append_time(settings, "stamped") - time.time()) < 2
        for jump in (DAY, 0, -DAY, 0):
            kafka.clock.move(jump)
            time.sleep(1.5)
            assert abs(append_time(settings, "stamped") - time.time() - jump) < 2
            assert kafka.status()[0].answers
