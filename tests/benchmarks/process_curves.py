"""Whole workers on a real Kafka: one and two of them, folding again after a crash, intake, and what is used at rest."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import structs

from agents.settings import Settings
from schemas.records import CampaignsActivated
from tests.benchmarks.broker import open_log, publish, remove, write
from tests.benchmarks.contestants import DECIDE, WorkerRunning
from tests.benchmarks.figures import Speed
from tests.benchmarks.pace import PAUSE, Sample, cpu_seconds, follow, speed
from tests.benchmarks.shop_log import ShopLog
from tests.benchmarks.sources import ShopSource
from tests.making.workers import wait_for

NEVER = 3600.0
"""Seconds between checkpoints where none is wanted."""
SETTLED = 5.0
IDLE = 10.0


def live_and_again(log: ShopLog, address: str, name: str) -> tuple[Speed, Speed]:
    """Folding a log for the first time, and again after a SIGKILL without any checkpoint, outputs compared."""
    settings = structs.replace(publish(log, address, name), checkpoint_interval=NEVER)
    with _workers(["decide"], settings) as (live,):
        first = follow(live.process, live.done, log.events, live.log)
        wait_for(lambda: live.done() >= log.events, "the whole log was folded")
        live.worker.kill()
    with _workers(["decide"], settings) as (again,):
        second = follow(again.process, again.done, log.events, again.log)
        again.worker.kill()
    remove(settings)
    return first, second


def workers(count: int, log: ShopLog, address: str, name: str) -> float:
    """Events/s of so many ``decide`` workers on one log, from when each has its partitions."""
    settings = open_log(log, address, name)
    with _workers(["decide"] * count, settings) as started:
        share = len(log.partitions) // count
        wait_for(lambda: all(_owned(worker) == share for worker in started), f"{share} partitions each")
        write(log.partitions, settings)
        samples = [Sample(time.monotonic(), 0.0, 0.0)]
        while samples[-1].done < 0.9 * log.events:
            time.sleep(PAUSE)
            samples.append(Sample(time.monotonic(), sum(worker.done() for worker in started), 0.0))
    remove(settings)
    return speed(samples, log.events).events_per_second


def intake(log: ShopLog, campaigns: CampaignsActivated, address: str, name: str) -> Speed:
    """A worker ``intake`` that finds the events of a shop on its input topics."""
    settings = open_log(log, address, name, clock="arrival")
    source = ShopSource(log, campaigns, log.events, settings)
    while source.publish(1000):
        source.flush()
    with _workers(["intake"], settings) as (worker,):
        found = follow(worker.process, worker.done, log.events, worker.log)
    remove(settings)
    return found


def idle(log: ShopLog, address: str, name: str) -> dict[str, float]:
    """The share of a core that each role uses while nothing comes, and the bytes that it takes."""
    settings = open_log(log, address, name, clock="arrival")
    used: dict[str, float] = {}
    with _workers(["intake", "decide"], settings) as started:
        wait_for(lambda: _owned(started[1]) == settings.partitions, "decide has its partitions")
        time.sleep(SETTLED)
        before = [cpu_seconds(worker.process.pid) for worker in started]
        time.sleep(IDLE)
        for worker, seconds in zip(started, before, strict=True):
            role, pid = worker.worker.role, worker.process.pid
            used[f"idle_{role}_share_of_a_core"] = (cpu_seconds(pid) - seconds) / IDLE
            used[f"idle_{role}_bytes"] = _resident(pid)
    remove(settings)
    return used


def starting(log: ShopLog, address: str, name: str) -> float:
    """Seconds from starting ``decide`` to its partitions being open, without users."""
    settings = open_log(log, address, name)
    began = time.monotonic()
    with _workers([DECIDE], settings) as (worker,):
        wait_for(lambda: _owned(worker) == settings.partitions, "decide has its partitions", pause=0.05)
        took = time.monotonic() - began
    remove(settings)
    return took


def _owned(worker: WorkerRunning) -> int:
    return len(worker.worker.series("checkpoint_age_seconds"))


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(float(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


@contextmanager
def _workers(roles: list[str], settings: Settings) -> Iterator[list[WorkerRunning]]:
    with tempfile.TemporaryDirectory(prefix="promostream-bench-") as folder:
        started = [WorkerRunning(role, settings, Path(folder)) for role in roles]
        try:
            yield started
        finally:
            for worker in started:
                worker.worker.stop()
