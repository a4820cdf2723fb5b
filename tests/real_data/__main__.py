"""Our models on public data beside the baselines, in one run: ``scripts/real-data``."""

import os
import sys
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from tests.real_data.comparisons import COMPARISONS, Comparison

ROOT = Path(__file__).parents[2]
WIDTH = 150


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(COMPARISONS)))
@click.option("--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write every figure there too.")
def real_data(names: tuple[str, ...], file: Path | None) -> None:
    r"""Compare on the public data sets in $PROMO_DATA (or ../shared/data); exit code 1 if a target is missed.

    \b
    Examples:
      scripts/real-data
      scripts/real-data hillstrom --json figures.json
    """
    data = Path(os.environ.get("PROMO_DATA") or ROOT.parent / "shared" / "data")
    if not data.is_dir():
        raise click.UsageError(f"{data} is not there; set PROMO_DATA to the folder of the public data sets")
    found = [
        one for name in names or COMPARISONS for one in COMPARISONS[name](data, lambda line: click.echo(line, err=True))
    ]
    _show(found)
    if file is not None:
        file.write_bytes(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
    sys.exit(0 if all(one.holds for one in found if not _of_a_set(one)) else 1)


def _say(line: str) -> None:
    click.echo(line, err=True)


def _of_a_set(one: Comparison) -> bool:
    """ADBench's target is over all its sets, that of items the blend's."""
    return one.data.startswith(("ADBench ", "Taobao items: "))


def _show(found: list[Comparison]) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    table = Table("data", "question", "figures", "target", "holds", box=None, padding=(0, 2))
    for one in found:
        figures = ", ".join(f"{name} {value:.4g}" for name, value in one.figures.items())
        table.add_row(one.data, one.question, figures, one.target, "yes" if one.holds else "NO")
    console.print(table)


if __name__ == "__main__":
    real_data()
