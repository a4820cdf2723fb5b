"""``promostream assess fraud``: who is strange?"""

from pathlib import Path

import click
import msgspec
import numpy as np

from agents.cli.assess.options import (
    features_option,
    file_argument,
    ignore_option,
    json_option,
    time_option,
    top_features_option,
    write_json,
)
from agents.cli.assess.selecting import show_features
from agents.cli.assess.showing import console, number, show_notes, table
from agents.cli.progress import progress_bar
from agents.tables.rows import Selection
from agents.tables.suspected import read_suspected
from streams.assess.feature_selection import select_features
from streams.assess.fraud import COMBINED, FEW_POSITIVES, FraudAssessment, assess_fraud
from streams.assess.fraud_figures import Interval


@click.command("fraud", short_help="Who is odd? ROC AUC and average precision of detectors that see no label.")
@file_argument
@click.option("--label", required=True, help="Column that says what was fraud: 0 or 1, yes or no. It only judges.")
@click.option("--positive", help="The label's positive value, where it has other ones.")
@time_option
@features_option
@ignore_option
@top_features_option
@json_option
def command(
    file: Path,
    label: str,
    positive: str | None,
    time: str | None,
    features: tuple[str, ...],
    ignore: tuple[str, ...],
    top_features: int,
    json_file: Path | None,
) -> None:
    """Score every row by detectors that learned from the rows before it, without labels, and compare.

    Isolation forest, half-space trees, local outlier factor, nearest neighbours, and the risk that they make together.
    AUC is the chance that a positive row scores above another (0.5: guessing); average precision is to be compared
    with the share of positives. Numbers and categories are told apart; missing values need no care. FILE is CSV, JSON
    lines or Parquet, gz or not.

    \b
    Examples:
      promostream assess fraud orders.csv.gz --label fraud --time at
      promostream assess fraud claims.parquet --label verdict --positive abuse --ignore claim_id --json figures.json
    """
    with progress_bar("reading"):
        rows = read_suspected(file, label, positive, Selection(time, features, ignore))
    own = rows.features
    with progress_bar("scoring", len(rows.labels)) as advance:
        found = assess_fraud(own.numbers, own.levels, rows.labels, progress=advance)
    names = (own.number_names, own.level_names)
    told = select_features(own.numbers, own.levels, rows.labels.astype(np.float64), names)
    found = msgspec.structs.replace(found, notes=[*own.notes, *found.notes], features=told)
    _show(file, len(own.number_names), len(own.level_names), found, top_features)
    write_json(json_file, found)


def _show(file: Path, numbers: int, levels: int, found: FraudAssessment, top_features: int) -> None:
    own = console()
    share = "" if found.rate is None else f", {found.positives:,} of them positive"
    share += "" if found.positives < FEW_POSITIVES else f" ({found.rate:.2%})"
    own.print(
        f"{file}: {found.rows:,} rows; {numbers} numbers, {levels} categories; judged on the last {found.scored:,} "
        f"rows{share}"
    )
    shown = table("detector", "AUC (95 %)", "average precision (95 %)")
    for name, model in found.models.items():
        precision = _with_interval(model.average_precision, model.average_precision_interval)
        shown.add_row(name.replace("_", " "), _with_interval(model.auc, model.auc_interval), precision)
    own.print(shown)
    if found.best_detector and found.combined_less_best:
        mean, low, high = found.combined_less_best
        best = found.best_detector.replace("_", " ")
        own.print(f"{COMBINED} against the best detector here ({best}): AUC {mean:+.3f} ({low:+.3f} to {high:+.3f})")
    show_features(own, found.features, top_features)
    show_notes(own, found.notes)


def _with_interval(value: float | None, interval: Interval | None) -> str:
    return number(value) if interval is None else f"{number(value)} ({interval[0]:.3f} to {interval[1]:.3f})"
