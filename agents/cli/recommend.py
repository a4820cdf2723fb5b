"""``promostream recommend``: what the recommender in force would name beside some items."""

import click
import msgspec

from agents.errors import CheckFound, Refused
from agents.newest_models import model_messages, newest_snapshots
from agents.settings import read_settings
from schemas.models import ModelSnapshot
from streams.folding import Refusal
from streams.ids import short_hash
from streams.learn.items import RECOMMENDER
from streams.recommend.serving.compiled import Scored, ServedItems
from streams.recommend.serving.context import Context

MOST = 10


class Shown(msgspec.Struct, frozen=True):
    """What is named ``beside`` items: the best first with their scores, and the bundle that begins with one of them."""

    version: int
    trained_on: int
    beside: tuple[str, ...]
    unknown: tuple[str, ...]
    items: tuple[Scored, ...]
    bundle: tuple[Scored, ...]


@click.command("recommend")
@click.argument("items", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print what is named as JSON.")
def command(items: tuple[str, ...], as_json: bool) -> None:
    """Tell what the newest recommender names for somebody who has just looked at ITEMS, the latest first.

    Without ITEMS: what it names to those of whom nothing is known. Reads the newest version on the topic
    `models`. What is really sent also depends on the customer's interests, on stock, and on what was just bought.

    \b
    Examples:
      promostream recommend i-301
      promostream recommend i-301 i-77 --json
    """
    found = newest_snapshots(model_messages(read_settings()), (RECOMMENDER,))
    if RECOMMENDER not in found:
        raise CheckFound("nothing is recommended yet; a recommender comes with the first 1,000 choices")
    named = shown(found[RECOMMENDER], items)
    click.echo(msgspec.json.format(msgspec.json.encode(named)) if as_json else "\n".join(told(named)), nl=True)


def shown(snapshot: ModelSnapshot, items: tuple[str, ...]) -> Shown:
    """What a version names beside these items, whose categories count as interests in equal parts.

    Raises:
        Refused: its arrays make no recommender.

    """
    try:
        served = ServedItems.from_snapshot(snapshot)
    except Refusal as refusal:
        raise Refused(str(refusal)) from refusal
    marks = {short_hash(item): item for item in items}
    categories = {mark: category for mark in marks if (category := served.category(mark)) is not None}
    shares = {category: 0.0 for category in categories.values() if category}
    for category in categories.values():
        shares[category] = shares.get(category, 0.0) + 1.0 / len(categories)
    best = served.best(Context(tuple(marks), tuple(shares.items())), frozenset(marks), MOST)
    return Shown(
        version=snapshot.version,
        trained_on=snapshot.trained_on,
        beside=items,
        unknown=tuple(item for mark, item in marks.items() if mark not in categories),
        items=tuple(best),
        bundle=tuple(served.bundle(marks, frozenset())),
    )


def told(named: Shown) -> list[str]:
    """The lines that a person reads."""
    beside = f"beside {', '.join(named.beside)}" if named.beside else "to those of whom nothing is known"
    lines = [f"recommender, version {named.version}, learned from {named.trained_on:,} choices; {beside}:"]
    width = max((len(one.item) for one in named.items), default=0)
    lines += [f"  {one.item:<{width}}  {one.score:.3f}" for one in named.items] or ["  nothing"]
    if named.bundle:
        first, *others = named.bundle
        with_it = ", ".join(f"{one.item} ({one.score:.1%} of its orders at least)" for one in others)
        lines.append(f"ordered with {first.item}: {with_it}")
    if named.unknown:
        lines.append(f"nobody has chosen yet: {', '.join(named.unknown)}")
    return lines
