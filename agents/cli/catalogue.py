"""``promostream catalogue``: the shop's items, from a file into force."""

import time
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from agents.admin import require_topics
from agents.errors import CheckFound, WrongUse
from agents.item_files import Told, read_items
from agents.item_publishing import publish_items
from agents.item_topic import present_items
from agents.rights import using
from agents.settings import Settings, read_settings
from agents.wording import reason
from schemas.topics import CATALOGUE, CONTROL, MODELS
from streams.catalogue.item import Item
from streams.catalogue.table import MAX_ITEMS
from streams.money import DECIMALS

SHOWN = 10
"""Rows with a problem that are told one by one."""


class Figures(msgspec.Struct, frozen=True):
    """What a file holds; ``version`` is 0 where nothing was published, ``as_of`` in ms."""

    items: int
    with_cost: int
    out_of_stock: int
    refused: int
    as_of: int
    version: int


@click.group("catalogue")
def command() -> None:
    """Put the shop's items in force: prices, costs, stock."""


@command.command("publish")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--currency", type=click.Choice(sorted(DECIMALS)), metavar="CODE", help="Of plain amounts: CNY, EUR …")
@click.option("--as-of", type=click.DateTime(), help="When it was so, UTC [default: when the file was last changed].")
@click.option("--leave-out", is_flag=True, help="Publish although some rows are wrong, without these.")
@click.option("--dry-run", is_flag=True, help="Only say what the file holds.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def publish(
    file: Path, currency: str | None, as_of: datetime | None, leave_out: bool, dry_run: bool, as_json: bool
) -> None:
    """Take FILE as the whole catalogue from now on: what it does not name is no longer known.

    FILE is CSV with a header, Parquet, or JSON lines in the form of the topic `catalogue` (gz is recognised). Columns:
    item_id, and any of category, brand, price, cost, stock (in_stock, out_of_stock), pieces, occurred_at (ms). What
    the topic `catalogue` tells of items later than --as-of stands over the file. Exit code 1 if a row is wrong.

    \b
    Examples:
      promostream catalogue publish items.csv --currency CNY
      promostream catalogue publish items.jsonl.gz --as-of 2026-11-22T02:00:00 --dry-run
    """
    at = int(as_of.replace(tzinfo=UTC).timestamp() * 1000) if as_of else _changed(file)
    now = time.time_ns() // 1_000_000
    told = read_items(file, currency or "", at, now)
    _tell(told)
    stops = told.problems and not leave_out
    version = 0
    if told.items and not stops and not dry_run:
        settings = read_settings()
        require_topics(settings, (MODELS, CONTROL), using((CONTROL,), (MODELS, CONTROL)))
        version = _publish(settings, told.items, now)
    figures = _figures(told, at, version)
    click.echo(msgspec.json.encode(figures) if as_json else _in_words(figures))
    if stops:
        raise CheckFound(
            f"{len(told.problems):,} rows are wrong; nothing was published (--leave-out goes without them)"
        )


@command.command("cut")
@click.option("--dry-run", is_flag=True, help="Only say what it would hold.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def cut(dry_run: bool, as_json: bool) -> None:
    """Make a snapshot of what is known now: the one in force, and what the topic `catalogue` tells since.

    For shops that tell their items on the topic alone, or change more than 4,096 of them between two files. What the
    topic no longer holds (7 days) and no snapshot knows is not in it.

    \b
    Examples:
      promostream catalogue cut --dry-run
    """
    settings, now = read_settings(), time.time_ns() // 1_000_000
    topics = (CONTROL, MODELS, CATALOGUE)
    require_topics(settings, topics, using(topics, (MODELS, CONTROL)))
    items = present_items(settings, now)
    if not items:
        raise CheckFound("nothing is known of any item yet: publish a file, or tell items on the topic catalogue")
    version = 0 if dry_run else _publish(settings, items, now)
    figures = _figures(Told(items, [], ()), max(item.at for item in items.values()), version)
    click.echo(msgspec.json.encode(figures) if as_json else _in_words(figures))


def _publish(settings: Settings, items: dict[int, Item], now: int) -> int:
    if len(items) > MAX_ITEMS:
        raise WrongUse(f"{len(items):,} items; a snapshot holds at most {MAX_ITEMS:,}")
    return publish_items(settings, items, now).version


def _changed(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns // 1_000_000
    except OSError as error:
        raise WrongUse(f"{file}: {reason(error)}; name a file that can be read") from error


def _tell(told: Told) -> None:
    for problem in told.problems[:SHOWN]:
        click.echo(problem, err=True)
    if told.ignored:
        click.echo(f"ignored columns: {', '.join(told.ignored)}", err=True)


def _figures(told: Told, as_of: int, version: int) -> Figures:
    items = told.items.values()
    return Figures(
        items=len(items),
        with_cost=sum(item.cost >= 0 for item in items),
        out_of_stock=sum(item.is_out for item in items),
        refused=len(told.problems),
        as_of=as_of,
        version=version,
    )


def _in_words(figures: Figures) -> str:
    as_of = datetime.fromtimestamp(figures.as_of / 1000, UTC)
    told = (
        f"{figures.items:,} items as of {as_of:%Y-%m-%d %H:%M} UTC: {figures.with_cost:,} with a cost, "
        f"{figures.out_of_stock:,} out of stock; {figures.refused:,} rows refused"
    )
    return f"{told}\n" + (f"in force as items@{figures.version}" if figures.version else "nothing was published")
