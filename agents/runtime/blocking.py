"""Blocking calls of one partition: one after another in an executor, and none that outlives its partition unseen."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, TypeVar

T = TypeVar("T")


class Superseded(Exception):  # noqa: N818 - nobody made a mistake
    """The partition was closed meanwhile; what was under way has no result."""


class Blocking:
    """Runs a partition's blocking calls; ``closed()`` is asked after every one that was awaited."""

    def __init__(self, executor: Executor | None, closed: Callable[[], bool]) -> None:
        self._executor = executor
        self._closed = closed
        self._running: asyncio.Future[Any] | None = None

    def start(self, call: Callable[[], T]) -> "asyncio.Future[T]":
        """Begin a call; the caller looks at the result."""
        future = asyncio.get_running_loop().run_in_executor(self._executor, call)
        self._running = future
        return future

    async def run(self, call: Callable[[], T]) -> T:
        """The call's result.

        Raises:
            Superseded: the partition was closed while it ran.

        """
        result = await asyncio.shield(self.start(call))
        self.check()
        return result

    def check(self) -> None:
        """Raise ``Superseded`` if the partition is closed."""
        if self._closed():
            raise Superseded

    async def ended(self, patience: float) -> bool:
        """Whether the call that ran last has ended within ``patience`` seconds."""
        if self._running is None:
            return True
        done, _ = await asyncio.wait([self._running], timeout=patience)
        return bool(done)
