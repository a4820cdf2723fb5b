"""``python -m deploy.capacity``: plans for shops of any size, and what a rebalance does to a thousand partitions."""

import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from deploy.capacity import coefficients
from deploy.capacity.coefficients import Coefficients, NotMeasured
from deploy.capacity.hot import EXPONENTS, heat
from deploy.capacity.model import Assumptions, Load, plan
from deploy.capacity.rebalancing import Shop, stories
from deploy.capacity.tables import heat_table, plans_table, stories_table

PER_USER = 0.0005
"""Events/s at peak per known user, where nothing else is said: a tenth visits on a day and makes 150 events."""
WORKED = (1e6, 1e8, 1e9)


@click.command()
@click.option("--users", type=click.FloatRange(1), help="Users with a profile, 1e8 for instance.")
@click.option("--events-per-second", type=click.FloatRange(0), help="At the peak; by default 1 per 2,000 users.")
@click.option("--simulate", is_flag=True, help="Rebalances and hot partitions instead of a plan.")
@click.option("--partitions", type=click.IntRange(2), default=1000, show_default=True, help="Of the simulation.")
@click.option("--workers", type=click.IntRange(2), default=100, show_default=True, help="Of the simulation.")
@click.option("--exponent", type=click.FloatRange(0), default=0.8, show_default=True, help="Of the simulation: Zipf's.")
@click.option(
    "--learn", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Keep a bench file's costs."
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def capacity(
    users: float | None,
    events_per_second: float | None,
    simulate: bool,
    partitions: int,
    workers: int,
    exponent: float,
    learn: Path | None,
    as_json: bool,
) -> None:
    r"""Plan capacity from measured costs; without --users, for 1 million, 100 million and 1 billion.

    \b
    Examples:
      python -m deploy.capacity
      python -m deploy.capacity --users 1e8 --events-per-second 60000 --json
      python -m deploy.capacity --simulate --users 1e8 --exponent 1.0
      scripts/bench --curves --json curves.json && python -m deploy.capacity --learn curves.json
    """
    costs = _costs(learn)
    loads = [_load(each, events_per_second) for each in ((users,) if users else WORKED)]
    if simulate:
        shop = Shop(_load(users or WORKED[1], events_per_second), partitions, workers, exponent)
        found, text = _simulated(shop, costs)
    else:
        plans = [plan(load, costs, Assumptions()) for load in loads]
        found, text = {"plans": plans}, plans_table(plans)
    if as_json:
        given = {"coefficients": costs, "assumptions": Assumptions()}
        click.echo(msgspec.json.format(msgspec.json.encode(given | found), indent=2))
    else:
        click.echo(f"measured on {costs.machine}\n\n{text}")


def _load(users: float, events_per_second: float | None) -> Load:
    return Load(users, users * PER_USER if events_per_second is None else events_per_second)


def _simulated(shop: Shop, costs: Coefficients) -> tuple[dict[str, Any], str]:
    told = stories(shop, costs, Assumptions())
    heats = [heat(shop, exponent, costs) for exponent in EXPONENTS]
    found = {"shop": shop, "stories": told, "heat": heats}
    return found, f"{stories_table(shop, told)}\n\n{heat_table(heats)}"


def _costs(bench_file: Path | None) -> Coefficients:
    try:
        if bench_file is not None:
            coefficients.write(coefficients.from_bench(bench_file.read_bytes()))
        return coefficients.read()
    except NotMeasured as reason:
        click.echo(f"capacity: {reason}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    capacity()
