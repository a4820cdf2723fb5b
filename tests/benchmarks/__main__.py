"""What a decision costs, and how fast ``decide`` is beside an ordinary Faust app doing the same: ``scripts/bench``."""

import os
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from statistics import median

import click

from agents.cli.progress import progress_bar
from schemas.records import CampaignsActivated
from tests.benchmarks import core, on_kafka
from tests.benchmarks.broker import broker, publish, remove
from tests.benchmarks.figures import Core, Figures, Speed, as_json, as_table
from tests.benchmarks.shop_log import ShopLog, make_log, multiplied, shipped, sparing

PARTITIONS = 4
CAMPAIGNS = 20
CORE_SHARE = 3
"""The core is measured on a third of the events: it folds them fifteen times."""
REPETITIONS = 5


@click.command()
@click.option("--events", type=click.IntRange(50_000), default=150_000, show_default=True, help="Events in the log.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="Runs on the broker; medians.")
@click.option("--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures here too.")
def bench(events: int, rounds: int, file: Path | None) -> None:
    r"""Measure the decision core in this process, then `decide` and stock Faust in turn on one broker.

    \b
    Examples:
      scripts/bench
      scripts/bench --events 100000 --rounds 1 --json figures.json
    """
    machine = _machine()
    measured = (sparing(shipped()), shipped(), multiplied(shipped(), CAMPAIGNS))
    cores = [_core(events // CORE_SHARE, campaigns) for campaigns in measured]
    speeds = _on_kafka(_log(events, sparing(shipped())), rounds)
    figures = _figures(machine, cores, speeds)
    if file is not None:
        file.write_bytes(as_json(figures))
    click.echo(as_table(figures))


def _core(events: int, campaigns: CampaignsActivated) -> Core:
    count = len(campaigns.campaigns)
    log = _log(events, campaigns)
    _say(f"folding it {2 * REPETITIONS} times with {count} campaigns")
    return core.measure(log, count, REPETITIONS)


def _on_kafka(log: ShopLog, rounds: int) -> list[tuple[Speed, Speed]]:
    """Speeds of ``decide`` and of stock Faust in each round."""
    speeds: list[tuple[Speed, Speed]] = []
    with broker() as address:
        for number in range(1, rounds + 1):
            settings = publish(log, address, f"bench{number}-{os.getpid()}")
            speeds.append((on_kafka.decide(settings, log.events), on_kafka.stock_faust(settings, log.events)))
            remove(settings)
            rates = " and ".join(f"{speed.events_per_second:,.0f}" for speed in speeds[-1])
            _say(f"round {number} of {rounds}: decide and stock Faust fold {rates} events/s")
    return speeds


def _figures(machine: str, cores: list[Core], speeds: list[tuple[Speed, Speed]]) -> Figures:
    decided, peers = zip(*speeds, strict=True)
    ratio = median(ours.events_per_second / theirs.events_per_second for ours, theirs in speeds)
    cpu_ratio = median(theirs.cpu_us_per_event / ours.cpu_us_per_event for ours, theirs in speeds)
    return Figures(machine, cores, _middle(decided), {"faust": _middle(peers)}, {"faust": ratio}, {"faust": cpu_ratio})


def _middle(speeds: Iterable[Speed]) -> Speed:
    ranked = sorted(speeds, key=lambda speed: speed.events_per_second)
    return ranked[len(ranked) // 2]


def _log(events: int, campaigns: CampaignsActivated) -> ShopLog:
    with progress_bar("living in the shop", events) as advance:
        return make_log(events, campaigns, PARTITIONS, advance)


def _machine() -> str:
    cpus = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in cpus if line.startswith("model name")), "unknown CPU")
    versions = f"Python {platform.python_version()}, Faust {version('faust-streaming')}"
    return f"{os.cpu_count()} × {model}, {versions}, load before {os.getloadavg()[0]:.1f}"


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)


if __name__ == "__main__":
    bench()
