"""``promostream assess response``: will they?"""

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
from agents.cli.assess.showing import console, model, number, show_notes, table
from agents.cli.progress import progress_bar
from agents.tables.labelled import Choice, read_labelled
from agents.tables.rows import Selection
from streams.assess.feature_selection import select_features
from streams.assess.figures import Figures
from streams.assess.leakage import leaks
from streams.assess.response import FEW_POSITIVES, ResponseAssessment, assess_response


@click.command("response", short_help="Will they? Log loss, AUC and calibration beside boosting and the constant.")
@file_argument
@click.option("--label", required=True, help="Column that holds what came: 0 or 1, yes or no, true or false.")
@click.option("--positive", help="The label's positive value, where it has other ones.")
@time_option
@features_option
@ignore_option
@delay_option
@top_features_option
@json_option
def command(
    file: Path,
    label: str,
    positive: str | None,
    time: str | None,
    features: tuple[str, ...],
    ignore: tuple[str, ...],
    delay: float,
    top_features: int,
    json_file: Path | None,
) -> None:
    """Predict every row from the rows before it whose labels are known, and compare.

    The champion mixes experts that learn row by row with trees that are grown anew now and then; beside it stand the
    constant (the rate so far), boosting fitted anew ten times (daily, where the times span some days) and boosting
    fitted once. Below them: what each column tells by itself, and whether that lasts. Numbers and categories are told
    apart; missing values need no care. FILE is CSV, JSON lines or Parquet, gz or not.

    \b
    Examples:
      promostream assess response visits.csv.gz --label bought --time at --delay 24h
      promostream assess response leads.parquet --label won --ignore lead_id --json figures.json
    """
    with progress_bar("reading"):
        rows = read_labelled(file, Choice(label, positive, Selection(time, features, ignore), delay))
    own = rows.features
    with progress_bar("predicting", 2 * len(rows.labels)) as advance:
        found = assess_response(
            own.numbers, own.levels, rows.labels, rows.ready, rows.refits, lambda _, done: advance(done)
        )
    names = (own.number_names, own.level_names)
    known = leaks(own.numbers, own.levels, rows.labels, names)
    told = select_features(own.numbers, own.levels, rows.labels, names)
    found = msgspec.structs.replace(found, notes=[*own.notes, *known, *found.notes], features=told)
    _show(file, names, found, top_features)
    write_json(json_file, found)


def _show(file: Path, names: tuple[list[str], list[str]], found: ResponseAssessment, top_features: int) -> None:
    own = console()
    numbers, levels = names
    few = min(found.positives, found.rows - found.positives) < FEW_POSITIVES
    own.print(
        f"{file}: {found.rows:,} rows, {found.positives:,} positive{'' if few else f' ({found.rate:.2%})'}; "
        f"{len(numbers)} numbers, {len(levels)} categories; judged on the last {found.scored:,} rows"
    )
    shown = table("model", "log loss", "gain on the constant (95 %)", "AUC (95 %)", "calibration", "F1")
    for name, figures in found.models.items():
        shown.add_row(model(name), f"{figures.log_loss:.4f}", *_beside(name, figures, few=few))
    own.print(shown)
    mean, low, high = found.champion_less_batch
    sure = f"({-high:+.4f} to {-low:+.4f})" if isfinite(high) else "(too few rows to say)"
    own.print(f"champion against boosting refitted: gain {-mean:+.4f} {sure}")
    made_of = ", ".join(f"{name} {weight:.0%}" for name, weight in found.champion_weights.items())
    own.print(f"the champion is made of {made_of}")
    show_features(own, found.features, top_features)
    show_notes(own, found.notes)


def _beside(name: str, figures: Figures, *, few: bool) -> tuple[str, ...]:
    """A row's other cells: the constant ranks nobody, and of few labels nothing is shown that has no interval."""
    if name == "constant":
        return "", "", "–" if few else number(figures.calibration_ratio), ""
    mean, low, high = figures.against_constant
    sure = f"({-high:+.4f} to {-low:+.4f})" if isfinite(high) else "(too few rows)"
    area = "–"
    if figures.auc_interval:
        area = f"{number(figures.auc)} ({figures.auc_interval[0]:.2f} to {figures.auc_interval[1]:.2f})"
    others = ("–", "–") if few else (number(figures.calibration_ratio), number(figures.f1))
    return f"{-mean:+.4f} {sure}", area, *others
