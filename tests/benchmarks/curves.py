"""How costs grow, and the figures of which a capacity plan is made: ``scripts/bench --curves``."""

import os
from collections.abc import Callable
from typing import NamedTuple

from tests.benchmarks import partition_curves, process_curves
from tests.benchmarks.broker import broker, open_log, remove, write
from tests.benchmarks.contestants import CONTESTANTS
from tests.benchmarks.core_curves import against_campaigns, against_hours, against_users
from tests.benchmarks.curve_figures import Curve, Curves, curve
from tests.benchmarks.latencies import FIXED_RATE, both_stages, load_of, one_stage
from tests.benchmarks.population import Population
from tests.benchmarks.shop_log import ShopLog, make_log, shipped, sparing
from tests.benchmarks.sources import mean_input_bytes

SMALLEST = 1_000
CAMPAIGNS = (1, 2, 5, 10, 20, 50, 100, 200)
CHANGED = 500_000
PARTITIONS = 4
CORE_EVENTS = 60_000
"""In the log of one partition whose users are multiplied."""
SECONDS = 10.0

Say = Callable[[str], None]
Figures = dict[str, float]


class Kit(NamedTuple):
    """What every measurement needs."""

    log: ShopLog
    population: Population
    alone: ShopLog
    sizes: list[int]
    address: str
    name: str


def measure_curves(machine: str, events: int, users: int, say: Say) -> Curves:
    """Measure everything with up to so many users; a quarter of an hour on two quiet cores."""
    log, alone = make_log(events, sparing(shipped()), PARTITIONS), make_log(CORE_EVENTS, sparing(shipped()), 1)
    population = Population(alone)
    sizes = [size for size in (SMALLEST * 10**power for power in range(4)) if size <= users]
    with broker() as address:
        kit = Kit(log, population, alone, sizes, address, f"curves{os.getpid()}")
        curves, figures = list[Curve](), Figures()
        for what, measure in MEASUREMENTS.items():
            say(f"measuring {what}; load {os.getloadavg()[0]:.1f}")
            measure(kit, curves, figures)
    return Curves(machine, curves, figures)


def _core(kit: Kit, curves: list[Curve], figures: Figures) -> None:
    by_users, memory = against_users(kit.population, kit.sizes)
    curves += [by_users, against_campaigns(kit.population, sparing(shipped()), CAMPAIGNS)]
    curves.append(against_hours(kit.log))
    figures["core_us_per_event"] = by_users.points[-1][1]
    figures["memory_bytes_per_user"] = memory


def _opening(kit: Kit, curves: list[Curve], figures: Figures) -> None:
    points, cpu = list[tuple[float, float]](), list[float]()
    for size in kit.sizes:
        settings = open_log(kit.alone, kit.address, f"{kit.name}open{size}")
        write([kit.population.before], settings)
        partition_curves.store(kit.population, size, settings)
        found = partition_curves.opening(kit.population, settings)
        points.append((size, found.seconds))
        cpu.append(found.cpu)
        figures["checkpoint_users_read_per_second"] = size / found.reading
        remove(settings)
    figures["fence_seconds"] = points[0][1]
    figures["opening_us_per_user"] = 1e6 * (cpu[-1] - cpu[0]) / (kit.sizes[-1] - kit.sizes[0])
    curves.append(curve("opening a partition", "users", "s", points))


def _pause(kit: Kit, curves: list[Curve], figures: Figures) -> None:
    del curves
    users = min(CHANGED, kit.sizes[-1])
    settings = open_log(kit.alone, kit.address, f"{kit.name}pause")
    write([kit.population.before], settings)
    partition_curves.store(kit.population, users, settings)
    figures["changed_users_at_a_checkpoint"] = users
    figures["longest_pause_ms"] = 1000 * partition_curves.longest_pause(kit.population, users, settings)
    remove(settings)


def _speeds(kit: Kit, curves: list[Curve], figures: Figures) -> None:
    live, again = process_curves.live_and_again(kit.log, kit.address, f"{kit.name}again")
    taken = process_curves.intake(kit.log, sparing(shipped()), kit.address, f"{kit.name}intake")
    figures |= {
        "decide_events_per_second": live.events_per_second,
        "decide_us_per_event": live.cpu_us_per_event,
        "refold_events_per_second": again.events_per_second,
        "refold_us_per_event": again.cpu_us_per_event,
        "refold_over_live": again.events_per_second / live.events_per_second,
        "refold_over_live_by_cpu": live.cpu_us_per_event / again.cpu_us_per_event,
        "intake_events_per_second": taken.events_per_second,
        "intake_us_per_event": taken.cpu_us_per_event,
    }
    rates = [(n, process_curves.workers(n, kit.log, kit.address, f"{kit.name}workers{n}")) for n in (1, 2)]
    curves.append(curve("decide", "workers", "events/s", [(float(n), rate) for n, rate in rates]))


def _at_rest(kit: Kit, curves: list[Curve], figures: Figures) -> None:
    del curves
    load = load_of(kit.log, FIXED_RATE, SECONDS)
    figures |= process_curves.idle(kit.log, kit.address, f"{kit.name}idle")
    figures["start_seconds"] = process_curves.starting(kit.log, kit.address, f"{kit.name}start")
    alone = one_stage(CONTESTANTS[0], kit.log, kit.address, f"{kit.name}slow", load)
    both = both_stages(kit.log, sparing(shipped()), kit.address, f"{kit.name}both", load)
    figures["decide_share_of_a_core_at_2000"] = alone.cpu
    figures["intake_and_decide_share_of_a_core_at_2000"] = both.cpu


def _sizes(kit: Kit, curves: list[Curve], figures: Figures) -> None:
    del curves
    figures |= kit.population.sizes() | {"input_bytes_per_event": mean_input_bytes(CORE_EVENTS)}


MEASUREMENTS: dict[str, Callable[[Kit, list[Curve], Figures], None]] = {
    "the core": _core,
    "sizes": _sizes,
    "opening": _opening,
    "pauses": _pause,
    "speeds": _speeds,
    "rest": _at_rest,
}
