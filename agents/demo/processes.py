"""The demo's processes: the four roles and the shop, each with a log file, watched and ended in order."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from agents.errors import INTERNAL, Failure

_LEAVE_SECONDS = 30.0
_LAST_LINES = 12
_READY_SECONDS = 90.0
_ASK_SECONDS = 1.0


class Process(NamedTuple):
    """One of the demo's processes; ``metrics`` is the address of its metrics, empty for the shop."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    metrics: str

    @property
    def is_ready(self) -> bool:
        """Whether it says that it works."""
        try:
            with urllib.request.urlopen(f"http://{self.metrics}/readyz", timeout=_ASK_SECONDS):
                return True
        except OSError:  # refused, or answered with 503
            return False


class Processes:
    """Starts, watches and ends them. Each has a session of its own: Ctrl-C at the terminal is not meant for them."""

    def __init__(self, logs: Path, environ: Mapping[str, str], program: tuple[str, ...] = ()) -> None:
        self._logs = logs
        self._program = program or (str(Path(sys.executable).with_name("promostream")),)
        self._environ = dict(environ)
        self.running: list[Process] = []

    def start(self, name: str, arguments: list[str], metrics: str = "") -> Process:
        """Run the program, by default ``promostream``, with these arguments."""
        log = self._logs / f"{name}.log"
        command = [*self._program, *arguments]
        with log.open("ab") as out:
            started = subprocess.Popen(  # noqa: S603 - the project's own command
                command,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        process = Process(name, started, log, metrics)
        self.running.append(process)
        return process

    def await_ready(self, processes: list[Process]) -> None:
        """Return once all of them work.

        Raises:
            Failure: one died, or was not ready in 90 s; with the last lines of its log.

        """
        deadline = time.monotonic() + _READY_SECONDS
        waiting = list(processes)
        while waiting:
            self.check()
            waiting = [process for process in waiting if not process.is_ready]
            if waiting and time.monotonic() > deadline:
                raise _failure(waiting[0], f"was not ready within {_READY_SECONDS:.0f} s")
            time.sleep(0.1 if waiting else 0)

    def check(self) -> None:
        """Return only if all of them run.

        Raises:
            Failure: one died; with the last lines of its log, exit code 70.

        """
        for process in self.running:
            code = process.process.poll()
            if code is not None:
                how = f"died of signal {-code}" if code < 0 else f"ended with exit code {code}"
                raise _failure(process, how)

    def stop(self) -> list[str]:
        """End all, the shop first, the roles together: politely, then by force; who had to be forced."""
        shop = [process for process in self.running if not process.metrics]
        roles = [process for process in self.running if process.metrics]
        self.running = []
        return _end(shop) + _end(roles)


def _end(processes: list[Process]) -> list[str]:
    for process in processes:
        process.process.terminate()
    deadline = time.monotonic() + _LEAVE_SECONDS
    forced = []
    for process in processes:
        try:
            process.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.process.kill()
            process.process.wait()
            forced.append(process.name)
    return forced


def _failure(process: Process, how: str) -> Failure:
    lines = process.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LAST_LINES:]
    told = "".join(f"\n  {line}" for line in lines)
    return Failure(f"{process.name} {how}; its log {process.log} ends with:{told}", INTERNAL)
