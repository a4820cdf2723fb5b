"""The way out of a process: a signal begins it, and nothing that hangs makes it longer than half a minute."""

import asyncio
import os
import signal
import sys
import threading
from types import FrameType
from typing import NoReturn

from agents.errors import INTERNAL

MOST_SECONDS = 28.0
"""The longest way out: after that the process ends as if killed, which is safe at any moment."""
LAST_SECONDS = 1.5
"""After another while the kernel ends it, even if no thread of it gets to run."""


def listen() -> asyncio.Future[None]:
    """Done at the first SIGTERM or SIGINT; the longest way out begins there, however busy the loop is."""
    loop = asyncio.get_running_loop()
    signalled: asyncio.Future[None] = loop.create_future()
    heard: list[int] = []

    def tell() -> None:
        if not signalled.done():
            signalled.set_result(None)

    def hear(number: int, frame: FrameType | None) -> None:
        del frame
        if not heard:
            set_deadline()
            loop.call_soon_threadsafe(tell)
        heard.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, hear)
    return signalled


def set_deadline() -> None:
    """However a client hangs, this process ends."""
    signal.setitimer(signal.ITIMER_REAL, MOST_SECONDS + LAST_SECONDS)
    timer = threading.Timer(MOST_SECONDS, end, ("the way out took too long; ended as if killed", INTERNAL + 1))
    timer.daemon = True
    timer.start()


def end(reason: str, code: int) -> NoReturn:
    """End the process at once, with a line if there is a reason: threads in clients that hang are left behind."""
    if reason:
        sys.stderr.write(f"promostream: {reason}\n")
    sys.stderr.flush()
    sys.stdout.flush()
    os._exit(code)
