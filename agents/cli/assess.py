"""``promostream assess``: how good the models are on a table of one's own."""

import re
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from agents.cli.progress import progress_bar
from agents.errors import WrongUse
from agents.tables.labelled import Choice, read_labelled
from streams.assess.response import ResponseAssessment, assess_response

WIDTH = 110
"""Of a table that goes into a file or a pipe."""
UNITS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}


class Duration(click.ParamType):
    """A number with a unit: 30m, 24h, 7d; in seconds."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds."""
        if isinstance(value, float):
            return value
        found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", str(value))
        if not found:
            self.fail(f"{value!r} is no duration; write 30m, 24h or 7d", param, ctx)
        return float(found[1]) * UNITS[found[2]]


def _names(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...]:
    del ctx, param
    return tuple(name.strip() for name in value.split(",") if name.strip()) if value else ()


@click.group("assess")
def command() -> None:
    """How good the models are on a table of your own; no broker is needed.

    \b
    Examples:
      promostream assess response visits.csv.gz --label bought --time at --delay 24h
      promostream assess response leads.parquet --label won --ignore lead_id --json figures.json
    """


@command.command("response")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--label", required=True, help="Column that holds what came: 0 or 1, yes or no, true or false.")
@click.option("--positive", help="The label's positive value, where it has other ones.")
@click.option("--time", help="Column of moments (ISO 8601, or s or ms since 1970) [default: the file's order].")
@click.option("--features", callback=_names, help="Comma-separated columns to learn from [default: all others].")
@click.option("--ignore", callback=_names, help="Comma-separated columns to leave out.")
@click.option("--delay", type=Duration(), default=0.0, help="When a label is known: 30m, 24h, 7d after its row.")
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write every figure there.")
def response(
    file: Path,
    label: str,
    positive: str | None,
    time: str | None,
    features: tuple[str, ...],
    ignore: tuple[str, ...],
    delay: float,
    json_file: Path | None,
) -> None:
    """Predict every row from the rows before it whose labels are known, and compare.

    The champion learns row by row in one pass; beside it stand the constant (the rate so far), boosting fitted anew
    ten times (daily, where the times span some days) and boosting fitted once. Numbers and categories are told
    apart; missing values need no care. FILE is CSV, JSON lines or Parquet, gz or not.

    \b
    Examples:
      promostream assess response visits.csv.gz --label bought --time at --delay 24h
      promostream assess response leads.parquet --label won --ignore lead_id --json figures.json
    """
    if json_file is not None and not json_file.absolute().parent.is_dir():
        raise WrongUse(f"--json {json_file}: there is no such directory; make it first")
    with progress_bar("reading"):
        table = read_labelled(file, Choice(label, positive, time, features, ignore, delay))
    own = table.features
    with progress_bar("predicting", 2 * len(table.labels)) as advance:
        found = assess_response(
            own.numbers, own.levels, table.labels, table.ready, table.refits, lambda _, rows: advance(rows)
        )
    found = msgspec.structs.replace(found, notes=[*own.notes, *found.notes])
    _show(file, own.number_names, own.level_names, found)
    if json_file is not None:
        json_file.write_bytes(msgspec.json.format(msgspec.json.encode(found)) + b"\n")


def _show(file: Path, numbers: list[str], levels: list[str], found: ResponseAssessment) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    console.print(
        f"{file}: {found.rows:,} rows, {found.positives:,} positive ({found.rate:.2%}); {len(numbers)} numbers, "
        f"{len(levels)} categories; judged on the last {found.scored:,} rows"
    )
    table = Table(
        "model", "log loss", "gain on the constant (95 %)", "AUC", "calibration", "F1", box=None, padding=(0, 2)
    )
    for name, figures in found.models.items():
        mean, low, high = figures.against_constant
        beside = "" if name == "constant" else f"{-mean:+.4f} ({-high:+.4f} to {-low:+.4f})"
        cells = (_number(figures.auc), _number(figures.calibration_ratio), _number(figures.f1))
        table.add_row(name.replace("_", " "), f"{figures.log_loss:.4f}", beside, *cells)
    console.print(table)
    made_of = ", ".join(f"{name} {weight:.0%}" for name, weight in found.champion_weights.items())
    console.print(f"the champion is made of {made_of}")
    for note in found.notes:
        console.print(f"note: {note}")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
