"""``promostream features``: what conditions may look at."""

import click
import msgspec
from rich.console import Console
from rich.table import Table

from agents.errors import CheckFound
from streams.features.catalogue import CATALOGUE, NEVER, Feature
from streams.features.examples import EXAMPLES

_OPEN = 1e3
"""Bounds from here on are caps, not meanings."""
_PIPED = 240
"""Columns of a table that goes into a pipe: one line per feature."""
_TOLD = 8
"""Of more labels the first and the last are told."""


@click.command("features")
@click.argument("search", default="")
@click.option("--json", "as_json", is_flag=True, help="Print the features as JSON.")
def command(search: str, as_json: bool) -> None:
    """List the features of the catalogue: all, or those whose name or meaning contains SEARCH.

    Conditions of campaigns (who, where) use these names; amounts are written in the campaign's currency. The example
    "coupon.days_since >= 14d" is written {feature: coupon.days_since, op: ">=", value: 14d}.

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
        click.echo(msgspec.json.encode([{**feature._asdict(), "example": _example(feature)} for feature in found]))
        return
    table = Table("feature", "unit", "range", "meaning", "example", box=None, pad_edge=False)
    for feature in found:
        table.add_row(feature.name, feature.unit, _range(feature), feature.meaning, " ".join(EXAMPLES[feature.name]))
    Console(width=None if Console().is_terminal else _PIPED).print(table)


def _example(feature: Feature) -> dict[str, str]:
    op, value = EXAMPLES[feature.name]
    return {"feature": feature.name, "op": op, "value": value}


def _range(feature: Feature) -> str:
    if feature.unit == "label" and not feature.labels:
        return "any text"
    if len(feature.labels) > _TOLD:
        return f"{', '.join(feature.labels[:2])} to {feature.labels[-1]}"
    if feature.labels:
        return ", ".join(feature.labels)
    if feature.high == NEVER:
        return f"{feature.low:g} to {feature.high:g} (never)"
    return f"from {feature.low:g}" if feature.high >= _OPEN else f"{feature.low:g} to {feature.high:g}"
