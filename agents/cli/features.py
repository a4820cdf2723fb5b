"""``promostream features``: what conditions may look at."""

import click
import msgspec
from rich.console import Console
from rich.table import Table

from agents.errors import CheckFound
from streams.features.catalogue import CATALOGUE, NEVER, Feature

_OPEN = 1e3
"""Bounds from here on are caps, not meanings."""


@click.command("features")
@click.argument("search", default="")
@click.option("--json", "as_json", is_flag=True, help="Print the features as JSON.")
def command(search: str, as_json: bool) -> None:
    """List the features of the catalogue: all, or those whose name or meaning contains SEARCH.

    Conditions of campaigns (who, where) use these names; amounts are written in the campaign's currency.

    \b
    Examples:
      promostream features
      promostream features cart
      promostream features coupon --json
    """
    found = [feature for feature in CATALOGUE.values() if search.lower() in f"{feature.name} {feature.meaning}".lower()]
    if not found:
        raise CheckFound(f'no feature has "{search}" in its name or meaning; `promostream features` lists all')
    if as_json:
        click.echo(msgspec.json.encode([feature._asdict() for feature in found]))
        return
    table = Table("feature", "unit", "range", "meaning", box=None, pad_edge=False)
    for feature in found:
        table.add_row(feature.name, feature.unit, _range(feature), feature.meaning)
    Console(width=None if Console().is_terminal else 200).print(table)


def _range(feature: Feature) -> str:
    if feature.labels:
        return ", ".join(feature.labels)
    if feature.high == NEVER:
        return f"{feature.low:g} to {feature.high:g} (never)"
    return f"from {feature.low:g}" if feature.high >= _OPEN else f"{feature.low:g} to {feature.high:g}"
