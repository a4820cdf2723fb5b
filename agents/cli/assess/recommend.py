"""``promostream assess recommend``: which items?"""

from math import isinf
from pathlib import Path

import click
import msgspec

from agents.cli.assess.options import file_argument, json_option, time_option, write_json
from agents.cli.assess.showing import console, show_notes, table
from agents.cli.progress import progress_bar
from agents.tables.interactions import Columns, read_interactions
from streams.assess.recommend import RecommendAssessment, assess_recommend
from streams.assess.recommend_figures import Interval

BASELINES = ("popularity", "co_visitation")


@click.command("recommend", short_help="Which items? Hits among the first ten of every recommender and their blend.")
@file_argument
@click.option("--user", required=True, help="Column of who it was.")
@click.option("--item", required=True, help="Column of what was viewed, carted or bought.")
@time_option
@click.option("--category", help="Column of the item's category, where there is one.")
@click.option("--brand", help="Column of the item's brand, where there is one.")
@click.option("--price", help="Column of the item's price, where there is one.")
@click.option("--weight", help="Column of numbers: how much a row counts [default: all the same].")
@json_option
def command(
    file: Path,
    user: str,
    item: str,
    time: str | None,
    category: str | None,
    brand: str | None,
    price: str | None,
    weight: str | None,
    json_file: Path | None,
) -> None:
    """Predict for every user the next item that is new to them, from the rows before, and compare.

    Popularity, co-visitation, item and user neighbours, content (category, brand, price band), matrix factorisation,
    basket rules, and the blend that is learned of them. Every item known so far that the user has not met is ranked;
    a hit is the item among the first ten; ties go to the more popular one. Choices of items that nobody had met
    before are left out: none could foresee them. FILE is CSV, JSON lines or Parquet, gz or not.

    \b
    Examples:
      promostream assess recommend views.csv.gz --user customer --item sku --time at --category category
      promostream assess recommend orders.parquet --user customer --item sku --price price --json figures.json
    """
    with progress_bar("reading"):
        read = read_interactions(file, Columns(user, item, time, category, brand, price, weight))
    with progress_bar("ranking", len(read.interactions.users)) as advance:
        found = assess_recommend(read.interactions, progress=advance)
    found = msgspec.structs.replace(found, notes=[*read.notes, *found.notes])
    _show(file, found)
    write_json(json_file, found)


def _show(file: Path, found: RecommendAssessment) -> None:
    own = console()
    own.print(f"{file}: {found.rows:,} rows, {found.users:,} users, {found.items:,} items")
    if found.models:
        own.print(
            f"{found.judged:,} choices of {found.judged_users:,} users, each among {found.candidates:,.0f} items "
            f"in the mean; {found.reachable:.0%} of all choices are of items that others had met"
        )
    shown = table("recommender", "hits, % (95 %)", "1/rank", *(f"less {_name(one)}" for one in BASELINES))
    for name, model in found.models.items():
        less = (_share(model.hit_rate_less[one], "+") if one in model.hit_rate_less else "" for one in BASELINES)
        shown.add_row(_name(name), _share(model.hit_rate), f"{model.reciprocal_rank[0]:.3f}", *less)
    if found.models:
        own.print(shown)
        own.print("hits: choices among a recommender's first ten; the differences are of these, on the same choices")
    told = "lift surely above 1, at most one in twenty of them false" if found.rules else "no lift is surely above 1"
    own.print(f"{found.rules:,} basket rules: {told}")
    show_notes(own, found.notes)


def _name(name: str) -> str:
    return name.replace("_", " ")


def _share(interval: Interval, sign: str = "") -> str:
    mean, low, high = (100.0 * end for end in interval)
    return f"{mean:{sign}.1f}" if isinf(low) else f"{mean:{sign}.1f} ({low:{sign}.1f} to {high:{sign}.1f})"
