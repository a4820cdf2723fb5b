import os
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from deploy.kafka.broker import is_running
from deploy.kafka.probe import ask, free_ports, is_free


def program(folder: Path, name: str, text: str) -> None:
    """Write a shell program."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def start(tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """`start` on a machine whose programs are those in ``tmp_path`` and whose cache is empty."""
    surroundings = {"PATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    line = [sys.executable, "-m", "deploy.kafka", "start", "--dir", str(tmp_path / "kafka")]
    return subprocess.run(line, env=surroundings, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("programs", "said"),
    [
        ({}, "no Java: install"),
        ({"java": "echo 'openjdk version \"11.0.2\"' >&2"}, "is Java 11: Kafka needs 17 or later"),
        ({"java": "echo 'java version \"1.8.0_3\"' >&2"}, "is Java 8: Kafka needs 17 or later"),
        ({"java": "echo 'openjdk version \"21\"' >&2"}, "no Maven: install it"),
        ({"java": "echo 'openjdk version \"21\"' >&2", "mvn": "exit 1"}, "kafka/logs/maven.log"),
    ],
)
def test_what_is_missing_is_one_line(tmp_path: Path, programs: dict[str, str], said: str) -> None:
    """Without Java or Maven, or when Maven fails: one line that says what to do, exit code 3, no jars kept."""
    for name, text in programs.items():
        program(tmp_path, name, text)
    result = start(tmp_path)
    assert result.returncode == 3
    assert said in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr
    assert not list((tmp_path / "cache").glob("*/kafka-*"))


def test_free_ports_are_free_and_taken_ones_are_not() -> None:
    """Ports are distinct, and one that somebody listens on is recognised."""
    ports = free_ports(6)
    assert len(set(ports)) == 6
    assert all(is_free(port) for port in ports)
    with socket.create_server(("127.0.0.1", ports[0])):
        assert not is_free(ports[0])


def test_a_listener_that_is_no_broker_has_no_cluster() -> None:
    """Somebody who hangs up, or talks something else, is not taken for Kafka; nobody at all neither."""
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]

        def answer() -> None:
            for reply in (b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"):
                connection, _ = stranger.accept()
                with connection:
                    connection.recv(100)
                    connection.sendall(reply)

        thread = threading.Thread(target=answer)
        thread.start()
        assert ask(port) is None
        assert ask(port) is None
        thread.join()
    assert ask(port) is None


def test_a_process_is_known_by_its_configuration_file() -> None:
    """A process id alone proves nothing: it may have gone to somebody else."""
    assert not is_running(0, Path("/any"))
    assert not is_running(os.getpid(), Path("/any/server.properties"))
