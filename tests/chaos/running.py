"""Plays many scenarios: those that only need a broker two at a time, those that harm brokers one after another."""

import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import groupby
from pathlib import Path

from tests.chaos.clusters import Clusters
from tests.chaos.every import scenario_called
from tests.chaos.playing import play
from tests.chaos.scenario import Scenario, Verdict

Played = list[tuple[Scenario, int]]


def play_all(played: Played, jobs: int, say: Callable[[str], None]) -> list[Verdict]:
    """The verdicts in the order of ``played``; ``say`` hears of each as it comes.

    The directory with clusters and logs stays if anything failed, and is named then.
    """
    folder = Path(tempfile.mkdtemp(prefix="promostream-chaos-"))
    verdicts: dict[tuple[str, int], Verdict] = {}
    with Clusters(folder) as clusters:
        for verdict in _verdicts(played, clusters, folder / "stages", jobs):
            verdicts[verdict.name, verdict.seed] = verdict
            say(f"{len(verdicts)}/{len(played)} {_said(verdict)}")
    if all(verdict.passed or verdict.skipped for verdict in verdicts.values()):
        shutil.rmtree(folder)
    elif "KAFKA_BOOTSTRAP_SERVERS" not in os.environ:
        say(f"kept, broker and all: `python -m deploy.kafka start --dir {folder}/kafka-1` starts the single one again")
    return [verdicts[scenario.name, seed] for scenario, seed in played]


def _verdicts(played: Played, clusters: Clusters, folder: Path, jobs: int) -> Iterator[Verdict]:
    for kind, group in groupby(played, key=lambda one: one[0].brokers):
        able = []
        for scenario, seed in group:
            if why := scenario.hindered():
                yield Verdict(scenario.name, seed, events=0, passed=False, repeats=0, recovery_seconds=0.0, skipped=why)
            else:
                able.append((scenario, seed))
        if kind == 1 and able:
            yield from _side_by_side(able, clusters.use(kind).bootstrap, folder, jobs)
            continue
        for scenario, seed in able:
            address = clusters.use(kind)
            yield play(scenario, seed, address.bootstrap, folder, address.kafka)


def _side_by_side(played: Played, bootstrap: str, folder: Path, jobs: int) -> Iterator[Verdict]:
    fresh = multiprocessing.get_context("spawn")  # clients of the broker do not survive a fork
    processes = ProcessPoolExecutor(jobs, fresh, _end_with, (os.getpid(),))
    try:
        running = [processes.submit(_play_called, scenario.name, seed, bootstrap, folder) for scenario, seed in played]
        for done in as_completed(running):
            yield done.result()
    finally:
        processes.shutdown(cancel_futures=True)


def _end_with(parent: int) -> None:
    """Interrupt this process, and so its scenario, when the one that asked for it is gone."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=watch, daemon=True).start()


def _play_called(name: str, seed: int, bootstrap: str, folder: Path) -> Verdict:
    return play(scenario_called(name), seed, bootstrap, folder)


def _said(verdict: Verdict) -> str:
    name = f"{verdict.name}, seed {verdict.seed}"
    if verdict.skipped:
        return f"{name}: SKIPPED: {verdict.skipped}"
    ending = "passed" if verdict.passed else f"FAILED: {verdict.reason}"
    return f"{name}: {ending} ({verdict.events:,} events, {verdict.repeats} repeats, {verdict.seconds:.0f} s)"
