"""The way out of a process that is too busy to leave."""

import signal
import subprocess
import sys

import pytest

from agents.errors import INTERNAL

BUSY = """
import asyncio, sys
from agents import leaving
leaving.MOST_SECONDS, leaving.LAST_SECONDS = {most}, 0.5
async def work():
    leaving.listen()
    print("busy", flush=True)
    {busy}
asyncio.run(work())
"""
FITTING = "while True: sum(range(1000))"
STUCK = "import re; re.match('(a*)*b', 'a' * 64)"


@pytest.mark.parametrize(
    ("busy", "most", "code"),
    [(FITTING, 0.3, INTERNAL + 1), (STUCK, 0.3, -signal.SIGALRM)],
    ids=["a loop that fits a model", "a call that never comes back to Python"],
)
def test_a_signal_ends_a_process_whose_loop_does_not_turn(busy: str, most: float, code: int) -> None:
    """With a line if anything can still write one; by the kernel if not: killing it is safe at any moment."""
    process = subprocess.Popen(
        [sys.executable, "-c", BUSY.format(busy=busy, most=most)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.terminate()
    try:
        assert process.wait(20) == code
    finally:
        process.kill()
        process.communicate()
