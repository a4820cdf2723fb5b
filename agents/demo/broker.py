"""Which broker the demo runs on: the one that is named, Docker Compose's, the machine's own, or none."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, NamedTuple

from agents.clone import ROOT

Say = Callable[[str], None]
Output = int | IO[bytes]
_ASK_SECONDS = 10.0
_START_SECONDS = 300.0
_ANSWER = "broker.txt"
_SAID = "broker.log"


class Broker(NamedTuple):
    """A broker that answers; ``stop`` ends what was started for the demo. ``shared`` ones are not the demo's own."""

    bootstrap: str
    name: str
    stop: Callable[[], None]
    shared: bool


def find_broker(environ: Mapping[str, str], directory: Path, say: Say) -> Broker | None:
    """The first that can be had, in the order of the module's docstring; None, with the reason said, for none."""
    named = environ.get("KAFKA_BOOTSTRAP_SERVERS", "")
    if named:
        return Broker(named, f"the broker of KAFKA_BOOTSTRAP_SERVERS ({named})", _nothing, shared=True)
    return _compose(directory, say) or _local(directory, say)


def _compose(directory: Path, say: Say) -> Broker | None:
    """Kafka from ``docker-compose.yml``, where an engine really answers: the command alone proves nothing."""
    docker, file = shutil.which("docker"), ROOT / "docker-compose.yml"
    if docker is None or not file.exists() or not _answers([docker, "info", "--format", "{{.ServerVersion}}"]):
        return None
    compose = [docker, "compose", "--project-name", directory.name, "--file", str(file)]
    if not _answers([*compose, "version"]):
        return None

    def stop() -> None:
        _run([*compose, "down", "--volumes"], subprocess.DEVNULL, subprocess.DEVNULL)

    say("Docker answers: starting Apache Kafka with Docker Compose")
    problem = _start([*compose, "up", "--detach", "--wait", "kafka"], directory, stop)
    if problem:
        say(f"Docker Compose did not start Kafka ({problem}); looking further")
        return None
    return Broker("localhost:9092", "Apache Kafka in Docker Compose", stop, shared=False)


def _local(directory: Path, say: Say) -> Broker | None:
    """Apache Kafka on the machine's Java, its jars fetched by Maven."""
    kafka = [sys.executable, "-m", "deploy.kafka"]
    place = ["--dir", str(directory / "kafka")]

    def stop() -> None:
        _run([*kafka, "stop", *place], subprocess.DEVNULL, subprocess.DEVNULL)

    if not (ROOT / "deploy" / "kafka").is_dir():
        say("no broker: this is not a clone of the project, so its deploy/kafka is missing")
        return None
    say("starting Apache Kafka on this machine's Java (the first time, Maven fetches it)")
    problem = _start([*kafka, "start", *place], directory, stop)
    if problem:
        say(f"no broker: {problem}")
        return None
    address = (directory / _ANSWER).read_text(encoding="utf-8").strip()
    return Broker(address, "Apache Kafka on this machine's Java", stop, shared=False)


def _nothing() -> None:
    """Whoever named the broker keeps it."""


def _answers(command: list[str]) -> bool:
    try:
        asked = subprocess.run(command, capture_output=True, timeout=_ASK_SECONDS, check=False)  # noqa: S603 - fixed
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def _start(command: list[str], directory: Path, stop: Callable[[], None]) -> str:
    """Run it, its output in files; why it failed, or nothing. Whatever cuts it short, nothing stays behind."""
    try:
        with (directory / _ANSWER).open("wb") as out, (directory / _SAID).open("wb") as errors:
            code = _run(command, out, errors)
    except subprocess.TimeoutExpired:
        stop()
        return f"it did not start within {_START_SECONDS:.0f} s"
    except BaseException:
        stop()
        raise
    if code:
        stop()
    return _last_line(directory / _SAID) if code else ""


def _run(command: list[str], out: Output, errors: Output) -> int:
    """Run it out of the terminal's reach: a Ctrl-C is for the demo, which then stops things in order."""
    return subprocess.run(  # noqa: S603 - commands of this module alone
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=errors,
        timeout=_START_SECONDS,
        check=False,
        start_new_session=True,
    ).returncode


def _last_line(file: Path) -> str:
    lines = file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "no reason given"
