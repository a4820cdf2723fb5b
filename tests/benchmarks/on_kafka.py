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
        try:
            return follow(worker.process, lambda: worker.metric("records_total", 'role="decide"', 'type="e"'), events)
        finally:
            worker.stop()


def stock_faust(settings: Settings, events: int) -> Speed:
    """The same decisions in an ordinary Faust app."""
    command = [sys.executable, "-m", "tests.benchmarks.stock_faust"]
    with tempfile.TemporaryDirectory() as folder:
        said = Path(folder) / "said"
        with said.open("wb") as out, (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(command, env=_environment(settings), stdout=out, stderr=log)
        try:
            return follow(process, lambda: _last_number(said), events)
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
