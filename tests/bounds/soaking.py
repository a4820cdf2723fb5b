"""The system of a soak: four workers, a crowd and a watch, for so many seconds."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from agents.cli.progress import progress_bar
from agents.settings import PREFIX, Settings, environment_of
from tests.bounds.crowd import Crowd
from tests.bounds.verdict import Lived, Verdict, judge
from tests.bounds.watching import Sample, Watch
from tests.making.commands import ended
from tests.making.workers import Worker, wait_for

ROLES = ("intake", "decide", "learn", "coordinate")
CAMPAIGNS = "deploy/examples/demo"
EVERY = 5.0
BURST, LULL = 10.0, 20.0
"""Seconds in which the bot is at it, and in which it is not."""
KEPT_SECONDS = 60
"""How much of the log is left: what came before leaves, as by retention, so that model versions are retired."""


class Load(NamedTuple):
    """For how long (s), how many events/s of how many users, and the bot's events/s in its bursts."""

    seconds: float
    rate: int
    users: int
    bot_rate: int


class EndedEarly(Exception):  # noqa: N818 - it says what happened
    """Something of the soak did not live as long as it should."""


def soak(settings: Settings, folder: Path, load: Load, tolerance: float) -> Verdict:
    """Live under the load; the topics are there, and nobody works on them yet.

    Raises:
        EndedEarly: a worker or the crowd did.

    """
    given = {name.removeprefix(PREFIX): value for name, value in environment_of(settings).items()}
    applied = ended("campaigns", "apply", CAMPAIGNS, "--reason", "soak", **given)
    if applied.returncode:
        raise EndedEarly(applied.stderr)
    with _workers(settings, folder) as workers:
        crowd, watch = Crowd(settings, load.users, load.rate, load.bot_rate), Watch(settings, workers)
        crowd.start()
        samples = list(_samples(crowd, watch, workers, load))
        crowd.stop()
        lived = Lived(crowd.made, crowd.bot_made, list(crowd.latencies))
        return judge(samples, lived, watch.published, tolerance, behind=10 * load.rate)


def _samples(crowd: Crowd, watch: Watch, workers: Mapping[str, Worker], load: Load) -> Iterator[Sample]:
    keep, began = load.rate * KEPT_SECONDS // watch.partitions, time.monotonic()
    with progress_bar("living", int(load.seconds)) as advance:
        while (passed := time.monotonic() - began) < load.seconds:
            if passed % (BURST + LULL) >= LULL:
                crowd.bursting.set()
            else:
                crowd.bursting.clear()
            dead = [worker.said()[-2000:] for worker in workers.values() if not worker.alive()]
            if dead or crowd.failed:
                raise EndedEarly(crowd.failed or dead[0])
            yield watch.sample()
            watch.forget(keep)
            time.sleep(max(0.0, EVERY - (time.monotonic() - began - passed)))
            advance(int(time.monotonic() - began) - int(passed))


@contextmanager
def _workers(settings: Settings, folder: Path) -> Iterator[dict[str, Worker]]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    workers = {role: Worker(role, inherited | environment_of(settings), folder) for role in ROLES}
    try:
        for role, worker in workers.items():
            _await(role, worker)
        yield workers
    finally:
        for worker in workers.values():
            worker.stop()


def _await(role: str, worker: Worker) -> None:
    try:
        wait_for(lambda: worker.ready() or not worker.alive(), "ready")
    except AssertionError as late:
        raise EndedEarly(f"{role} is not ready: {worker.said()[-2000:]}") from late
