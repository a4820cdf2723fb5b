"""What a decision costs, and how fast ``decide`` is beside its peers doing the same: ``scripts/bench``."""

import os
import signal
import sys
from pathlib import Path

import click

from agents.cli.progress import progress_bar
from schemas.records import CampaignsActivated
from tests.benchmarks import core
from tests.benchmarks.broker import CHECKPOINT_INTERVAL, broker
from tests.benchmarks.comparison import Comparison
from tests.benchmarks.curves import measure_curves
from tests.benchmarks.curves_table import curves_table
from tests.benchmarks.figures import Core, Figures
from tests.benchmarks.latencies import with_latencies
from tests.benchmarks.machine import describe
from tests.benchmarks.shop_log import ShopLog, make_log, multiplied, rare, shipped, sparing
from tests.benchmarks.table import as_json, as_table

PARTITIONS = 4
CAMPAIGNS = 20
CORE_SHARE = 3
"""The core is measured on a third of the events: it folds them fifteen times."""
REPETITIONS = 5


@click.command()
@click.option("--events", type=click.IntRange(50_000), default=150_000, show_default=True, help="Events in the log.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="Runs on the broker; medians.")
@click.option(
    "--latency",
    type=click.FloatRange(0),
    default=15.0,
    show_default=True,
    help="Seconds at each rate; 0: none.",
)
@click.option("--curves", is_flag=True, help="Measure how costs grow instead: see below.")
@click.option(
    "--users", type=click.IntRange(10_000), default=1_000_000, show_default=True, help="Most users on the curves."
)
@click.option("--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures here too.")
def bench(events: int, rounds: int, latency: float, curves: bool, users: int, file: Path | None) -> None:
    r"""Measure the decision core in this process, then `decide` and its peers in turn on one broker.

    The peers are stock Faust, Quix Streams, Bytewax with recovery, and a bare confluent-kafka loop without state.
    With --curves: cost per event against users, live campaigns and hours of log, recovery and its parts, pauses,
    workers, idle CPU, memory; `python -m deploy.capacity learn FILE` makes coefficients of them.

    \b
    Examples:
      scripts/bench
      scripts/bench --events 100000 --rounds 1 --json figures.json
      scripts/bench --curves --json curves.json
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that broker and contestants end with it
    machine = describe()
    _say(machine)
    if curves:
        grown = measure_curves(machine, events, users, _say)
        _tell(as_json(grown), curves_table(grown), file)
    else:
        figures = _compare(machine, events, rounds, latency)
        _tell(as_json(figures), as_table(figures), file)


def _tell(data: bytes, table: str, file: Path | None) -> None:
    if file is not None:
        file.write_bytes(data)
    click.echo(table)


def _compare(machine: str, events: int, rounds: int, latency: float) -> Figures:
    measured = (sparing(shipped()), rare(shipped(), CAMPAIGNS), shipped(), multiplied(shipped(), CAMPAIGNS))
    cores = [_core(events // CORE_SHARE, campaigns) for campaigns in measured]
    log, name, comparison = _log(events, measured[0]), f"bench{os.getpid()}", Comparison()
    with broker() as address:
        comparison.run(log, address, name, rounds, _say)
        rows = comparison.rows()
        if latency:
            rows = with_latencies(rows, log, measured[0], address, name, latency, _say)
    ratios = {row.name: row.ratio for row in rows[1:] if row.ratio is not None}
    cpu_ratios = {row.name: row.cpu_ratio for row in rows[1:] if row.cpu_ratio is not None}
    return Figures(machine, CHECKPOINT_INTERVAL, cores, rows, ratios, cpu_ratios)


def _core(events: int, campaigns: CampaignsActivated) -> Core:
    count = len(campaigns.campaigns)
    log = _log(events, campaigns)
    _say(f"folding it {2 * REPETITIONS} times with {count} campaigns")
    return core.measure(log, count, REPETITIONS)


def _log(events: int, campaigns: CampaignsActivated) -> ShopLog:
    with progress_bar("living in the shop", events) as advance:
        return make_log(events, campaigns, PARTITIONS, advance)


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)


if __name__ == "__main__":
    bench()
