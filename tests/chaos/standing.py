"""A place for one worker that is kept filled: what exits by itself is started again, as production would."""

import contextlib
import signal
import time
from collections.abc import Callable

from tests.making.workers import Worker

BACKOFF = 0.3
"""Seconds between an exit and the next start."""


Crash = tuple[str, int]
"""A place of ``tests.chaos.crashing``, and the how manieth time there is deadly."""


class Standing:
    """One supervised worker; ``wanted`` while it should run. Only the process that starts next dies of ``crash``.

    ``exits`` collects the exit codes of processes that ended unasked (−9: killed), ``past`` those processes.
    """

    def __init__(self, role: str, start: Callable[[Crash | None], Worker], crash: Crash | None = None) -> None:
        self.role = role
        self.crash = crash
        self.exits: list[int] = []
        self.frozen = False
        self._start = start
        self.wanted = True
        self._ended_at = 0.0
        self.past: list[Worker] = []
        self.worker = self._begin()

    @property
    def up(self) -> bool:
        """Whether its process runs and is not frozen."""
        return self.worker.alive() and not self.frozen

    def tend(self) -> None:
        """Start another process where one has ended that should run."""
        if self.worker.alive() or not self.wanted:
            return
        now = time.monotonic()
        if not self._ended_at:
            self.exits.append(self.worker.process.returncode)
            self._ended_at = now
        elif now - self._ended_at >= BACKOFF:
            self._replace()

    def kill(self) -> None:
        """SIGKILL; another process follows."""
        self.worker.kill()
        self.frozen = False

    def vanish(self) -> None:
        """SIGKILL, and nobody follows."""
        self.wanted = False
        self.kill()
        self.exits.append(self.worker.process.returncode)

    def stop(self) -> int:
        """SIGTERM, and nobody follows; the exit code."""
        self.thaw()
        self.wanted = False
        return self.worker.stop()

    def back(self) -> None:
        """Start again what was stopped or killed for good."""
        self.wanted = True
        if not self.worker.alive():
            self._replace()

    def freeze(self) -> None:
        """SIGSTOP: alive for the system, dead for everybody else."""
        self.worker.process.send_signal(signal.SIGSTOP)
        self.frozen = True

    def thaw(self) -> None:
        """SIGCONT."""
        if self.frozen:
            with contextlib.suppress(ProcessLookupError):
                self.worker.process.send_signal(signal.SIGCONT)
        self.frozen = False

    def leave(self) -> None:
        """End it however it is; for the end of a scenario."""
        self.wanted = False
        if self.worker.alive():
            self.worker.kill()

    def _replace(self) -> None:
        self._ended_at = 0.0
        self.past.append(self.worker)
        self.worker = self._begin()

    def _begin(self) -> Worker:
        crash, self.crash = self.crash, None
        return self._start(crash)
