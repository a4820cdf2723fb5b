"""``promostream assess policy``: what would another policy have earned?"""

from math import isfinite
from pathlib import Path

import click
import msgspec
from rich.console import Console

from agents.cli.assess.options import (
    features_option,
    file_argument,
    ignore_option,
    json_option,
    time_option,
    write_json,
)
from agents.cli.assess.showing import console, figure, number, show_notes, table
from agents.cli.progress import progress_bar
from agents.errors import Refused
from agents.tables.logged import Log, read_logged
from agents.tables.rows import Selection
from streams.assess.policy import PolicyAssessment, assess_policy
from streams.measure.off_policy import Estimate

ESTIMATORS = {"ips": "IPS", "snips": "SNIPS", "doubly_robust": "doubly robust"}


@click.command("policy", short_help="What would another policy have earned? Or a refusal, with its reasons.")
@file_argument
@click.option("--action", required=True, help="Column of the action that was taken.")
@click.option("--reward", required=True, help="Column of what it earned: a number, or yes or no.")
@click.option("--propensity", required=True, help="Column of the probability with which the action was drawn.")
@click.option(
    "--target",
    required=True,
    help="The policy asked about: uniform, marginal (as often as logged), action=VALUE (always), greedy:COLUMN (its "
    "action in each row), or a COLUMN with its probability of the row's logged action.",
)
@click.option("--user", help="Column of who decided or was shown it: the cluster of the intervals [default: each row].")
@time_option
@features_option
@ignore_option
@json_option
def command(
    file: Path,
    action: str,
    reward: str,
    propensity: str,
    target: str,
    user: str | None,
    time: str | None,
    features: tuple[str, ...],
    ignore: tuple[str, ...],
    json_file: Path | None,
) -> None:
    """What a target policy would have earned on logged decisions, or a refusal with its reasons (exit code 4).

    Three estimates with 95 % intervals: inverse propensity (IPS), self-normalised (SNIPS), and doubly robust with
    boosting as the cross-fitted reward model, which learns from --features: only from what was known before the
    action. Refused if more than 5 % of the target's actions could not be drawn, the effective sample is under 1,000
    or carries fewer than 50 conversions, one user has more than 5 % of the weight, or the two halves differ.

    \b
    Examples:
      promostream assess policy log.csv.gz --action offer --reward margin --propensity p --target uniform --user user
      promostream assess policy log.parquet --action offer --reward bought --propensity p --target action=off10
      promostream assess policy log.csv --action item --reward click --propensity p --target new_p --json figures.json
    """
    with progress_bar("reading"):
        read = read_logged(file, Log(action, reward, propensity, target, user, Selection(time, features, ignore)))
    with progress_bar("modelling", len(read.asked.propensities)) as advance:
        found = assess_policy(read.asked, advance)
    found = msgspec.structs.replace(found, notes=[*read.notes, *found.notes])
    _show(file, target, found)
    write_json(json_file, found)
    if found.refused:
        raise Refused(f"nothing is claimed about {target}: {'; '.join(own.told for own in found.refusals)}")


def _show(file: Path, target: str, found: PolicyAssessment) -> None:
    own = console()
    by = f" by {found.users:,} users" if found.users < found.rows else ""
    own.print(
        f"{file}: {found.rows:,} decisions on {found.actions:,} actions{by}, {found.rewarded:,} with a reward; target "
        f"{target}",
        highlight=False,
    )
    shown = table("", "reward per decision (95 %)", "more than logged (95 %)")
    shown.add_row("as logged", _interval(found.on_policy), "")
    for name, valued in found.estimates.items():
        shown.add_row(ESTIMATORS[name], _interval(valued.value), _interval(valued.gain, "+"))
    own.print(shown)
    _show_support(own, found)
    show_notes(own, found.notes)


def _show_support(own: Console, found: PolicyAssessment) -> None:
    support, broken = found.support, {refusal.rule for refusal in found.refusals}
    shown = table("the log carries it", "found", "needed", "")
    for rule, value, needed in (
        ("unsupported_mass", f"{support.unsupported_mass:.1%}", "at most 5%"),
        ("mean_weight", number(support.mean_weight), "1"),
        ("effective_sample_size", f"{support.effective_sample_size:,.0f}", "at least 1,000"),
        ("weighted_conversions", f"{support.weighted_conversions:,.1f}", "at least 50"),
        ("largest_user_share", f"{support.largest_user_share:.2%}", "at most 5%"),
        ("half_period_z", f"{support.half_period_z:+.1f}", "within 3"),
    ):
        shown.add_row(rule.replace("_", " "), value, needed, "refused" if rule in broken else "")
    own.print(shown)


def _interval(found: Estimate, sign: str = "") -> str:
    if not isfinite(found.high - found.low):
        return f"{found.value:{sign}.5g} (too few to say)"
    return figure(found.value, found.low, found.high, sign)
