import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka.admin import NewTopic

from agents.clients import admin_client
from agents.settings import Settings
from deploy.kafka import LocalKafka
from deploy.kafka.jars import KafkaUnavailable, find_jars, find_java
from deploy.kafka.probe import ask


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


def command(name: str, directory: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m deploy.kafka`` to its end."""
    line = [sys.executable, "-m", "deploy.kafka", name, "--dir", str(directory), *options]
    return subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)


def test_the_command_starts_tells_stops_and_cleans(directory: Path) -> None:
    """One broker through its life; starting twice is starting once; nothing is left behind."""
    assert command("status", directory).returncode == 3
    started = command("start", directory)
    assert started.returncode == 0, started.stderr
    address = started.stdout.strip()
    assert command("start", directory).stdout.strip() == address
    told = json.loads(command("status", directory, "--json").stdout)
    assert told["bootstrap"] == address
    (broker,) = told["brokers"]
    assert broker["answers"]
    assert "started" in Path(broker["log"]).read_text()
    assert command("stop", directory).returncode == 0
    assert not LocalKafka(directory).pids
    assert command("status", directory).returncode == 3
    assert command("clean", directory).returncode == 0
    assert not directory.exists()


def test_a_killed_broker_comes_back_with_address_and_data(directory: Path) -> None:
    """Clients know the port, so it is kept; the log survives SIGKILL; topics come only when they are asked for."""
    with LocalKafka(directory) as kafka:
        settings = Settings(bootstrap_servers=kafka.bootstrap)
        client = admin_client(settings)
        client.create_topics([NewTopic("kept", 2)])["kept"].result()
        before = kafka.bootstrap
        os.kill(kafka.pids[1], signal.SIGKILL)
        assert kafka.start() == before
        assert len(client.list_topics(timeout=10).topics["kept"].partitions) == 2
        assert client.list_topics("unasked", timeout=10).topics["unasked"].error is not None
    assert not kafka.pids


def test_a_port_that_a_stranger_took_is_not_waited_for(directory: Path) -> None:
    """The listener must be our own process: with its former port taken, the broker moves to another."""
    kafka = LocalKafka(directory)
    before = kafka.start()
    kafka.stop()
    with socket.create_server(("127.0.0.1", int(before.rpartition(":")[2]))):
        after = kafka.start()
    assert after != before
    assert ask(int(after.rpartition(":")[2])) is not None
    kafka.stop()


def test_three_brokers_make_one_cluster(directory: Path) -> None:
    """A topic has three copies, and a cluster of three is not taken for one of one."""
    with LocalKafka(directory, brokers=3, heap="256m") as kafka:
        assert len(kafka.pids) == 3
        client = admin_client(Settings(bootstrap_servers=kafka.bootstrap))
        client.create_topics([NewTopic("copied", 1, 3)])["copied"].result()
        assert len(client.list_topics(timeout=10).brokers) == 3
        with pytest.raises(KafkaUnavailable, match=r"holds a cluster of 3 broker\(s\), not 1"):
            LocalKafka(directory).start()
    assert not kafka.pids
