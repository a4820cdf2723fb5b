"""How fast another process gets on, as seen from outside."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from tests.benchmarks.figures import Speed

PAUSE = 0.2
PATIENCE = 600.0
FIRST, LAST = 0.1, 0.9


class Stuck(Exception):  # noqa: N818 - a reason for the table
    """A process ended or did not get on; the message says how far it came and what it said last."""


class Sample(NamedTuple):
    """Where a process was: wall clock (s), events done, CPU time spent (s)."""

    at: float
    done: float
    cpu: float


def follow(process: subprocess.Popen[Any], done: Callable[[], float], total: int, log: Path) -> Speed:
    """Watch a process that writes ``log`` until it has done ``total`` events; its speed without start and end.

    Raises:
        Stuck: it ended, or did not get there in ten minutes; with the last line of its log.

    """
    samples: list[Sample] = []
    deadline = time.monotonic() + PATIENCE
    while not samples or samples[-1].done < LAST * total:
        if process.poll() is not None or time.monotonic() > deadline:
            raise Stuck(f"{samples[-1].done if samples else 0:,.0f} of {total:,} events were done: {last_line(log)}")
        samples.append(Sample(time.monotonic(), done(), cpu_seconds(process.pid)))
        time.sleep(PAUSE)
    return speed(samples, total)


def last_line(log: Path) -> str:
    """What a process said last."""
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def speed(samples: list[Sample], total: int) -> Speed:
    """The speed from 10 % to 90 % of the events."""
    first = next(sample for sample in samples if sample.done >= FIRST * total)
    last = samples[-1]
    events, seconds = int(last.done - first.done), last.at - first.at
    return Speed(events, seconds, events / seconds, (last.cpu - first.cpu) / events * 1e6)


def cpu_seconds(pid: int) -> float:
    """User and system time of all threads of a process, from Linux's /proc."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
