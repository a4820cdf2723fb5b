"""What the demo was asked for, and what it leaves behind."""

import os
import secrets
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NamedTuple

PACE = 1440.0
"""A day of the customers' lives in a minute."""
QUICK = {"partitions": "4", "retrain_every": "100", "refit_every": "500", "choices_every": "200", "model_pause": "0"}
"""Settings in which models come within half a minute."""
KEY_BYTES = 32


class Plan(NamedTuple):
    """How the demo runs; ``seconds`` None means until it is interrupted. ``directory`` holds keys, logs and broker."""

    seconds: float | None
    customers: int
    seed: int
    campaigns: Path
    directory: Path

    def is_over(self, since: float) -> bool:
        """Whether the time is up, counted from a monotonic time."""
        return self.seconds is not None and time.monotonic() - since >= self.seconds


def write_key(file: Path) -> None:
    """A random key that only this user may read."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(secrets.token_hex(KEY_BYTES) + "\n")


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGTERM and SIGHUP count as Ctrl-C, and only the first one interrupts: the way out is not to be cut short."""
    came: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        del frame
        came.append(number)
        if len(came) == 1:
            raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
