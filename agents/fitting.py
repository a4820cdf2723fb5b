"""Forests are fitted in a process of their own: in the worker's they would stop its event loop, heartbeats and all.

This module is both ends. Plans and forests cross a pipe as bytes with their length before them, never as pickles.
"""

import asyncio
import contextlib
import logging
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import IO

from agents.settings import PREFIX
from streams.folding import ModelMissing
from streams.learn import forests

log = logging.getLogger("promostream.worker")

TRIES = 3
PATIENCE = 120.0
"""Seconds for one forest; it takes 0.2, and a few more where PyOD has to be imported first."""
KINDNESS = 5
"""How far the process stands back (nice) behind those that decide."""
_LENGTH = struct.Struct(">I")


class Fitter:
    """Answers plans (see ``streams.learn.forests``) from another process, one after the other.

    ``grown`` changes when an answer has come. A process that dies is started again; what fails ``TRIES`` times
    calls ``fatal(reason)`` on the loop. At most one answer is kept.
    """

    def __init__(self, fatal: Callable[[str], None]) -> None:
        self.grown = 0
        self._fatal = fatal
        self._loop = asyncio.get_running_loop()
        self._asked = self._answered = b""
        self._answer = b""
        self._thread = ThreadPoolExecutor(1, "fitting")
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = False

    def fit(self, planned: bytes) -> bytes:
        """The forest of a plan.

        Raises:
            ModelMissing: it is not there yet.

        """
        if planned == self._answered:
            return self._answer
        if planned != self._asked:
            self._asked = planned
            self._thread.submit(self._run, planned)
        raise ModelMissing("the next forest is being fitted", "folding goes on when it is done, within seconds")

    async def stop(self) -> None:
        """End the process; a forest that is under way is given up."""
        self._stopping = True
        if self._process is not None:
            self._process.kill()
        await self._loop.run_in_executor(None, lambda: self._thread.shutdown(cancel_futures=True))
        self._end()

    def _run(self, planned: bytes) -> None:
        for attempt in range(1, TRIES + 1):
            try:
                self._answer, self._answered = self._ask(planned), planned
            except (OSError, EOFError) as error:
                self._end()
                if self._stopping:
                    return
                log.warning("fitting a forest failed (%s), attempt %d of %d", error, attempt, TRIES)
            else:
                self.grown += 1
                return
        self._loop.call_soon_threadsafe(self._fatal, "forests cannot be fitted; the lines above say why")

    def _ask(self, planned: bytes) -> bytes:
        if self._stopping:
            raise EOFError("this process leaves")
        process = self._process = self._process or _start()
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - both are pipes
        deadline = threading.Timer(PATIENCE, process.kill)
        deadline.start()
        try:
            _write(process.stdin, planned)
            return _read(process.stdout)
        finally:
            deadline.cancel()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with contextlib.suppress(OSError):  # what was not written any more
                process.communicate()


def _start() -> subprocess.Popen[bytes]:
    # it needs no secrets, and ends when its standard input does: with this process, however that ends
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return subprocess.Popen(  # noqa: S603 - this very program
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        start_new_session=True,
    )


def _write(pipe: IO[bytes], data: bytes) -> None:
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def _read(pipe: IO[bytes]) -> bytes:
    length = pipe.read(_LENGTH.size)
    data = pipe.read(*_LENGTH.unpack(length)) if len(length) == _LENGTH.size else b""
    if not data:
        raise EOFError("the process ended")
    return data


def serve(plans: IO[bytes], fitted: IO[bytes]) -> None:
    """Fit what comes until nothing more does."""
    while True:
        try:
            planned = _read(plans)
        except EOFError:
            return
        _write(fitted, forests.fit(planned))


if __name__ == "__main__":
    os.nice(KINDNESS)
    serve(sys.stdin.buffer, sys.stdout.buffer)
