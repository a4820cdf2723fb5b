"""``promostream campaigns``: check campaign files, put them in force, pause one."""

import getpass
from pathlib import Path

import click
import msgspec

from agents.campaign_files import read_campaigns
from agents.campaign_report import as_data, report
from agents.control import Held, read_held, write_campaigns
from agents.errors import CheckFound, Failure, Refused, WrongUse
from agents.settings import read_settings
from schemas.campaigns import Campaign
from schemas.records import CampaignsActivated
from streams.campaigns.changes import joined, next_set, with_state
from streams.campaigns.document import Problem, did_you_mean
from streams.measure.outlook import Traffic
from streams.money import minor_units

_PLACE = click.Path(path_type=Path)


class Share(click.ParamType):
    """A share, written as 3% or 0.03."""

    name = "share"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The share in (0, 1)."""
        try:
            share = float(str(value).rstrip("%")) / (100 if str(value).endswith("%") else 1)
        except ValueError:
            share = 0.0
        if not 0 < share < 1:
            self.fail(f"{value} is not a share; write such as 3%", param, ctx)
        return share


@click.group("campaigns")
def command() -> None:
    """Check campaign files, put them in force, pause one."""


@command.command("check")
@click.argument("place", type=_PLACE)
@click.option("--conversion", type=Share(), help="Share of enrolled customers that buy unasked, such as 3%.")
@click.option("--margin", help="Margin of an order in the campaign's currency, such as 12.00.")
@click.option("--traffic", type=click.FloatRange(min=1), help="Customers enrolled per day.")
@click.option("--days", type=click.FloatRange(min=1), default=30.0, show_default=True, help="How long it is to run.")
@click.option("--json", "as_json", is_flag=True, help="Print campaigns, problems and power as JSON.")
def check(
    place: Path, conversion: float | None, margin: str | None, traffic: float | None, days: float, as_json: bool
) -> None:
    """Check a campaign file or a directory of them; nothing is sent anywhere.

    Every problem is one line, file:line field: what was found; what was meant (exit code 1). For each campaign in
    order it says what deserves a second look and the smallest effect that its experiment can prove.

    \b
    Examples:
      promostream campaigns check campaigns/
      promostream campaigns check cart-rescue.yaml --conversion 3% --margin 12.00 --traffic 5000
      promostream campaigns check campaigns/ --json
    """
    found = read_campaigns(place)
    stated = {c.name: _traffic(c, conversion, margin, traffic, days) for c in found.campaigns}
    if as_json:
        click.echo(msgspec.json.encode(as_data(found, stated)))
    else:
        for line in report(found, stated):
            click.echo(line)
    if found.problems:
        raise CheckFound(f"{len(found.problems)} {_problems(len(found.problems))} in {place}")


@command.command("apply")
@click.argument("place", type=_PLACE)
@click.option("--by", default=getpass.getuser, help="Who applies them [default: you].")
@click.option("--reason", default="", help="Why, for the record.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and write nothing.")
def apply(place: Path, by: str, reason: str, dry_run: bool) -> None:
    """Put campaigns in force: a directory is the whole set from here on, a file changes its campaign alone.

    A changed campaign gets the next version; one whose file is gone from the directory is ended. While a campaign is
    live its holdout, metric, window and currency are frozen: such a change is refused (exit code 4), and nothing is
    applied.

    \b
    Examples:
      promostream campaigns apply campaigns/ --reason "autumn sale"
      promostream campaigns apply campaigns/cart-rescue.yaml
      promostream campaigns apply campaigns/ --dry-run
    """
    wanted = read_campaigns(place)
    _stop_on(wanted.problems, WrongUse)
    settings = read_settings()
    held = read_held(settings)
    planned = next_set(held.campaigns.campaigns, wanted, whole=place.is_dir())
    _stop_on(planned.problems, Refused)
    for change in planned.changes:
        click.echo(f"{change.campaign}: {change.text}")
    policies = wanted.policies if place.is_dir() else joined(held.campaigns.policies, wanted.policies)
    if not planned.changes and set(held.campaigns.policies) == set(policies):
        click.echo("nothing has changed")
    elif dry_run:
        click.echo("nothing was written (--dry-run)")
    else:
        write_campaigns(settings, CampaignsActivated(planned.campaigns, policies, by, reason), held.last)
        in_force = sum(campaign.state != "ended" for campaign in planned.campaigns)
        click.echo(f"{in_force} campaigns are in force, by {by}")


@command.command("pause")
@click.argument("name")
@click.option("--by", default=getpass.getuser, help="Who pauses it [default: you].")
@click.option("--reason", default="", help="Why, for the record.")
def pause(name: str, by: str, reason: str) -> None:
    """Pause a campaign; `campaigns apply` with state: live in its file resumes it.

    It takes effect when the workers reach the record in their log, in well under a second when they keep up.

    \b
    Examples:
      promostream campaigns pause cart-rescue --reason "wrong text"
    """
    settings = read_settings()
    held = read_held(settings)
    state = _state(held, name)
    if state == "paused":
        click.echo(f"{name} is paused already")
        return
    if state == "ended":
        raise WrongUse(f"{name} has ended; there is nothing to pause")
    paused = with_state(held.campaigns.campaigns, name, "paused")
    write_campaigns(settings, CampaignsActivated(paused, held.campaigns.policies, by, reason), held.last)
    click.echo(f"{name}: {state} → paused, by {by}")


def _state(held: Held, name: str) -> str:
    states = {campaign.name: campaign.state for campaign in held.campaigns.campaigns}
    if name not in states:
        known = did_you_mean(name, states) or f"; in force: {', '.join(states) or 'none'}"
        raise WrongUse(f'no campaign "{name}"{known}')
    return states[name]


def _stop_on(problems: tuple[Problem, ...], failure: type[Failure]) -> None:
    if len(problems) == 1:
        raise failure(problems[0].text)
    for problem in problems:
        click.echo(problem.text, err=True)
    if problems:
        raise failure(f"{len(problems)} problems; nothing was applied")


def _traffic(
    campaign: Campaign, conversion: float | None, margin: str | None, per_day: float | None, days: float
) -> Traffic | None:
    amount = minor_units(margin, campaign.currency) if margin else 0
    if amount is None:
        raise WrongUse(f"--margin {margin} is not an amount in {campaign.currency}; write such as 12.00")
    if conversion is None or per_day is None:
        return None
    return Traffic(conversion, amount, per_day, days)


def _problems(count: int) -> str:
    return "problem" if count == 1 else "problems"
