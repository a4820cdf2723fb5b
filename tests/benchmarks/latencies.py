"""Latency of every contestant at the same rates; Promostream's through ``intake`` and ``decide``."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import structs

from agents.settings import Settings
from schemas.records import CampaignsActivated
from tests.benchmarks.broker import open_log, remove
from tests.benchmarks.contestants import CONTESTANTS, DECIDE, Contestant, Running, WorkerRunning, own_prefix, running
from tests.benchmarks.figures import Latency, Row
from tests.benchmarks.latency import WARM_UP, Load, measure
from tests.benchmarks.shop_log import ShopLog
from tests.benchmarks.sources import LogSource, ShopSource

FIXED_RATE = 2_000
SHARE = 0.2
SHORTEST = 2.0
PRELOAD = 0.2
"""The share of a log's events that is folded before: in a shop that has just opened few triggers are decided."""


THROUGH = "intake + decide"


def with_latencies(
    rows: list[Row],
    log: ShopLog,
    campaigns: CampaignsActivated,
    address: str,
    name: str,
    seconds: float,
    say: Callable[[str], None],
) -> list[Row]:
    """The rows with latencies at 2,000 events/s and at 20 % of what ``decide`` folded; one more for both stages."""
    capacity = next(row.speed.events_per_second for row in rows if row.name == DECIDE and row.speed)
    loads = [load_of(log, rate, seconds) for rate in sorted({FIXED_RATE, int(SHARE * capacity)})]
    done: list[Row] = []
    for row, contestant in zip(rows, CONTESTANTS, strict=True):
        found = tuple(_stage(row, contestant, log, address, name, load) for load in loads if row.speed)
        done.append(structs.replace(row, latency=found))
        say(f"latency of {row.name} measured")
    through = tuple(both_stages(log, campaigns, address, f"{name}both", load) for load in loads)
    return [*done, Row(THROUGH, "as decide; intake keeps no state but its offsets", latency=through)]


def _stage(row: Row, contestant: Contestant, log: ShopLog, address: str, name: str, load: Load) -> Latency:
    """Whoever cannot fold so many events is not asked to: its latency would only be a matter of duration."""
    if row.speed is None or row.speed.events_per_second < load.rate:
        return Latency(load.rate, 0, None, None, 0.0, fell_behind=True)
    return one_stage(contestant, log, address, f"{name}lat", load)


def load_of(log: ShopLog, rate: int, seconds: float) -> Load:
    """A load that the log can bear: shorter where it has too few events for that rate."""
    preload = int(PRELOAD * log.events)
    enough = 0.9 * (log.events - preload) / rate - WARM_UP
    return Load(rate, max(SHORTEST, min(seconds, enough)), preload)


def one_stage(contestant: Contestant, log: ShopLog, address: str, name: str, load: Load) -> Latency:
    """From a record of the log to a trigger."""
    settings = open_log(log, address, name)

    @contextmanager
    def start() -> Iterator[list[Running]]:
        with running(contestant, settings) as process:
            yield [process]

    try:
        return measure(LogSource(log, settings), start, own_prefix(contestant, settings), load)
    finally:
        remove(settings)


def both_stages(log: ShopLog, campaigns: CampaignsActivated, address: str, name: str, load: Load) -> Latency:
    """From an event of the platform to a trigger, on a log by arrival."""
    settings = open_log(log, address, name, clock="arrival")
    try:
        source = ShopSource(log, campaigns, log.events, settings)
        return measure(source, lambda: _intake_and_decide(settings), settings.topic_prefix, load)
    finally:
        remove(settings)


@contextmanager
def _intake_and_decide(settings: Settings) -> Iterator[list[Running]]:
    with tempfile.TemporaryDirectory(prefix="promostream-bench-") as folder:
        processes = [WorkerRunning(role, settings, Path(folder)) for role in ("intake", "decide")]
        try:
            yield list(processes)
        finally:
            for process in processes:
                process.worker.stop()
