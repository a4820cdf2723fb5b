"""``promostream assess uplift``: whom does it move?"""

from pathlib import Path

import click
import msgspec

from agents.cli.assess.options import (
    Finite,
    features_option,
    file_argument,
    ignore_option,
    json_option,
    time_option,
    write_json,
)
from agents.cli.assess.showing import console, figure, show_notes, table
from agents.cli.progress import progress_bar
from agents.tables.experiments import ExperimentChoice, ExperimentTable, read_experiment
from agents.tables.rows import Selection
from streams.assess.uplift import FEWEST_SPLITS, Economics, assess_uplift
from streams.assess.uplift_figures import SHARES, Estimate
from streams.assess.uplift_results import UpliftAssessment

SPLITS = 20
SHOWN = {
    "effect_learner": "effect learner",
    "t_learner": "T-learner",
    "response_ranking": "response",
    "random": "random",
    "treat_all": "treat all",
    "treat_none": "treat none",
}
WHAT_QINI_IS = "Qini: outcomes per row more than by treating as many rows by lot, averaged over shares from 0 to 100 %"


@click.command("uplift", short_help="Whom does a treatment move? Qini, effect in the top, policy value.")
@file_argument
@click.option("--treatment", required=True, help="Column that holds what was done.")
@click.option("--treated", help="Its value of the treated, where it has others than yes and no.")
@click.option("--control", help="Its value of those left alone, where it has more than two.")
@click.option("--outcome", required=True, help="Column that holds what came: yes or no, or a number.")
@click.option("--cost", help="What treating a row costs: a number, or a column [default: nothing].")
@click.option("--value", type=Finite(), default=1.0, show_default=True, help="What one outcome is worth, in money.")
@click.option("--propensity", help="Column of the chance of --treated [default: one chance for all].")
@time_option
@features_option
@ignore_option
@click.option(
    "--splits",
    type=click.IntRange(FEWEST_SPLITS, 200),
    default=SPLITS,
    show_default=True,
    help="Half-splits to judge on.",
)
@json_option
def command(
    file: Path,
    treatment: str,
    treated: str | None,
    control: str | None,
    outcome: str,
    cost: str | None,
    value: float,
    propensity: str | None,
    time: str | None,
    features: tuple[str, ...],
    ignore: tuple[str, ...],
    splits: int,
    json_file: Path | None,
) -> None:
    """Learn whom a treatment moves on one half of a table, judge on the other, and compare.

    The effect learner goes through its half once, row by row; beside it stand boosting fitted to each arm
    (a T-learner), the ranking by response of the treated, and the lot. Leave out with --ignore what came after the
    treatment, such as other outcomes. FILE is CSV, JSON lines or Parquet, gz or not.

    \b
    Examples:
      promostream assess uplift mail.csv.gz --treatment sent --outcome visit --ignore spend
      promostream assess uplift mail.csv --treatment arm --treated B --control A --outcome spend --cost 0.4
      promostream assess uplift log.parquet --treatment coupon --outcome bought --value 12 --propensity p --time at
    """
    choice = ExperimentChoice(treatment, outcome, treated, control, propensity, cost, Selection(time, features, ignore))
    with progress_bar("reading"):
        read = read_experiment(file, choice)
    with progress_bar("fitting and judging", splits) as advance:
        found = assess_uplift(read.experiment, Economics(value, read.cost), read.names, splits, advance)
    found = msgspec.structs.replace(found, notes=[*read.notes, *found.notes])
    _show(file, read, found)
    write_json(json_file, found)


def _show(file: Path, read: ExperimentTable, found: UpliftAssessment) -> None:
    own = console()
    means = found.mean_outcome
    own.print(
        f"{file}: {found.treated:,} rows of {read.arms[0]} (mean outcome {means['treated']:.4g}), {found.control:,} of "
        f"{read.arms[1]} ({means['control']:.4g}); {len(read.names[0])} numbers, {len(read.names[1])} categories"
    )
    own.print(
        f"average effect {figure(*found.average_effect)}; 95 % intervals, below over {found.splits} half-splits\n"
    )
    ranked = table("ranking by", "Qini × 10³ (95 %)", "less response (95 %)", "less T-learner (95 %)")
    tops = table("effect in the top", *(f"{share} (95 %)" for share in SHARES))
    for name, figures in found.models.items():
        less = [figures.qini_less.get(other) for other in ("response_ranking", "t_learner")]
        beside = [_shown(one, 1e3, "+") if one else "" for one in less]
        ranked.add_row(SHOWN[name], _shown(figures.qini, 1e3), *beside)
        tops.add_row(SHOWN[name], *(_shown(figures.uplift_at[share]) for share in SHARES))
    own.print(ranked, "", tops)
    valued = table("policy", "treats", "value/1,000 rows (95 %)", "less all (95 %)", "less none (95 %)")
    for name, policy in found.policies.items():
        less_all, less_none = policy.value_less.get("treat_all"), policy.value_less.get("treat_none")
        beside = [_shown(less, sign="+") if less else "" for less in (less_all, less_none)]
        valued.add_row(SHOWN[name], f"{policy.treated_share:.0%}", _shown(policy.value), *beside)
    own.print("", valued)
    own.print(WHAT_QINI_IS)
    show_notes(own, found.notes)


def _shown(estimate: Estimate, scale: float = 1.0, sign: str = "") -> str:
    return figure(scale * estimate.mean, scale * estimate.low, scale * estimate.high, sign)
