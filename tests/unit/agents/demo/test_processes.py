"""The demo's processes."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.demo.processes import Processes
from agents.errors import INTERNAL, Failure

PYTHON = (sys.executable, "-c")
SLEEP = "import time; time.sleep(60)"


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """Processes that run Python lines instead of promostream."""
    made = Processes(tmp_path, {"COLOUR": "green"}, PYTHON)
    yield made
    made.stop()


def await_death(processes: Processes) -> Failure:
    """What ``check`` raises once a process has died."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            processes.check()
        except Failure as failure:
            return failure
        time.sleep(0.02)
    raise AssertionError("nobody died")


def test_a_dead_process_is_reported_with_the_end_of_its_log(processes: Processes) -> None:
    """Name, exit code, log file and the last lines; exit code 70."""
    processes.start("learn", ["print('first'); print('no broker'); raise SystemExit(3)"])
    failure = await_death(processes)
    assert failure.exit_code == INTERNAL
    assert "learn ended with exit code 3" in str(failure)
    assert str(failure).endswith("no broker")


def test_stop_leaves_nothing_behind(processes: Processes) -> None:
    """All are ended, politely where they listen."""
    started = [processes.start(name, [SLEEP]).process for name in ("intake", "shop")]
    assert processes.stop() == []
    assert all(process.poll() is not None for process in started)


def test_readiness_waits_for_the_living_only(processes: Processes) -> None:
    """Waiting for a role that dies ends at once with its death."""
    dying = processes.start("decide", ["raise SystemExit(4)"], metrics="127.0.0.1:1")
    with pytest.raises(Failure, match="decide ended with exit code 4"):
        processes.await_ready([dying])


def test_environment_is_handed_on(processes: Processes) -> None:
    """A process sees the variables given beside those inherited."""
    process = processes.start("shop", ["import os; print(os.environ['COLOUR'])"])
    process.process.wait(20)
    assert process.log.read_text() == "green\n"
