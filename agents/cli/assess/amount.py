"""``promostream assess amount``: how much will it be?"""

from math import isfinite
from pathlib import Path

import click
import msgspec

from agents.cli.assess.options import (
    delay_option,
    features_option,
    file_argument,
    ignore_option,
    json_option,
    time_option,
    top_features_option,
    write_json,
)
from agents.cli.assess.selecting import show_features
from agents.cli.assess.showing import console, model, show_notes, table
from agents.cli.progress import progress_bar
from agents.tables.amounts import read_amounts
from agents.tables.rows import Selection
from streams.assess.amount import AmountAssessment, assess_amount
from streams.assess.amount_figures import AmountFigures
from streams.assess.feature_selection import select_features
from streams.assess.leakage import amount_leaks


@click.command("amount", short_help="How much? MAE, RMSE and R² beside boosting and the running mean.")
@file_argument
@click.option("--label", required=True, help="Column of the amount that came: any number, such as spend or margin.")
@time_option
@features_option
@ignore_option
@delay_option
@top_features_option
@json_option
def command(
    file: Path,
    label: str,
    time: str | None,
    features: tuple[str, ...],
    ignore: tuple[str, ...],
    delay: float,
    top_features: int,
    json_file: Path | None,
) -> None:
    """Predict the amount of every row from the rows before it whose labels are known, and compare.

    The champion mixes experts that learn row by row with trees that are grown anew now and then; beside it stand the
    constant (the mean so far), boosting fitted anew ten times (daily, where the times span some days) and boosting
    fitted once. Below them: what each column tells by itself, and whether that lasts. R² is the share of the constant's
    squared error that a model saves. Zeros, refunds and rare huge amounts are welcome; missing values need no care.
    FILE is CSV, JSON lines or Parquet, gz or not.

    \b
    Examples:
      promostream assess amount orders.csv.gz --label spend --time at --delay 7d
      promostream assess amount baskets.parquet --label margin --ignore order_id --json figures.json
    """
    with progress_bar("reading"):
        rows = read_amounts(file, label, Selection(time, features, ignore), delay)
    own = rows.features
    with progress_bar("predicting", 2 * len(rows.labels)) as advance:
        found = assess_amount(
            own.numbers, own.levels, rows.labels, rows.ready, rows.refits, lambda _, done: advance(done)
        )
    names = (own.number_names, own.level_names)
    known = amount_leaks(own.numbers, own.levels, rows.labels, names)
    told = select_features(own.numbers, own.levels, rows.labels, names)
    found = msgspec.structs.replace(found, notes=[*own.notes, *known, *found.notes], features=told)
    _show(file, names, found, top_features)
    write_json(json_file, found)


def _show(file: Path, names: tuple[list[str], list[str]], found: AmountAssessment, top_features: int) -> None:
    own = console()
    numbers, levels = names
    own.print(
        f"{file}: {found.rows:,} rows, {found.not_zero:,} not zero, mean {found.mean:,.5g}; {len(numbers)} numbers, "
        f"{len(levels)} categories; judged on the last {found.scored:,} rows"
    )
    shown = table("model", "RMSE", "MAE", "R² against the constant (95 %)", "bias")
    for name, figures in found.models.items():
        saved = "" if name == "constant" else _saved(figures)
        cells = (f"{figures.rmse:,.5g}", f"{figures.mae:,.5g}", saved, f"{figures.bias:+,.3g}")
        shown.add_row(model(name), *cells)
    own.print(shown)
    made_of = ", ".join(f"{name} {weight:.0%}" for name, weight in found.champion_weights.items())
    own.print(f"the champion is made of {made_of}")
    show_features(own, found.features, top_features)
    show_notes(own, found.notes)


def _saved(figures: AmountFigures) -> str:
    if figures.r2 is None or figures.r2_interval is None:
        return "–"
    low, high = figures.r2_interval
    if not isfinite(high - low):
        return f"{figures.r2:+.3f} (too few rows to say)"
    return f"{figures.r2:+.3f} ({low:+.3f} to {high:+.3f})"
