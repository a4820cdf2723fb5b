"""``decide`` and its peers, each a process of its own, folding one log on one broker in turn."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from agents.settings import PREFIX, Settings
from tests.benchmarks.figures import Speed
from tests.benchmarks.pace import follow
from tests.making.workers import Worker


def decide(settings: Settings, events: int) -> Speed:
    """A ``promostream worker decide`` without a checkpoint to begin from."""
    with tempfile.TemporaryDirectory() as folder:
        worker = Worker("decide", _environment(settings), Path(folder))

        def done() -> float:
            return worker.metric("records_total", 'role="decide"', 'type="e"')

        try:
            return follow(worker.process, done, events, worker.log)
        finally:
            worker.stop()


def stock_faust(settings: Settings, events: int) -> Speed:
    """The same decisions in an ordinary Faust app."""
    command = [sys.executable, "-m", "tests.benchmarks.stock_faust"]
    with tempfile.TemporaryDirectory() as folder:
        said, log = Path(folder) / "said", Path(folder) / "log"
        with said.open("wb") as out, log.open("wb") as errors:
            process = subprocess.Popen(command, env=_environment(settings), stdout=out, stderr=errors)
        try:
            return follow(process, lambda: _last_number(said), events, log)
        finally:
            process.kill()
            process.wait()


def _environment(settings: Settings) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    given = msgspec.to_builtins(settings)
    return inherited | {PREFIX + name.upper(): str(value) for name, value in given.items()}


def _last_number(file: Path) -> int:
    lines = file.read_bytes().rpartition(b"\n")[0].split()
    return int(lines[-1]) if lines else 0
