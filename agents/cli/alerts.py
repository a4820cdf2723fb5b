"""``promostream alerts``: who looked like an abuser of late, for a person to look at."""

from collections.abc import Iterable
from datetime import UTC, datetime

import click
import msgspec

from agents.reading_back import read_topic
from agents.settings import read_settings
from schemas.codec import decode_json
from schemas.fraud import FraudAlert
from schemas.topics import FRAUD_ALERTS


class Suspect(msgspec.Struct, frozen=True):
    """A customer with the newest alert, and how many there are; ``at`` in ms, ``risk`` in [0, 1]."""

    user: str
    at: int
    risk: float
    alerts: int
    reasons: tuple[str, ...]


@click.command("alerts")
@click.option("--last", type=click.IntRange(1), default=1000, show_default=True, help="So many of the newest alerts.")
@click.option("--json", "as_json", is_flag=True, help="Print the customers as JSON.")
def command(last: int, *, as_json: bool) -> None:
    """Tell which customers looked like abusers of late and why, the newest first; accounts of one ring name it.

    A customer whose risk stays high is told of once a day (PROMOSTREAM_ALERT_RISK is the risk from which on).

    \b
    Examples:
      promostream alerts
      promostream alerts --last 100 --json
    """
    messages = read_topic(read_settings(), FRAUD_ALERTS, last)
    found = suspects(decode_json(message.value() or b"", FraudAlert) for message in messages)
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        click.echo("\n".join(in_words(found)) if found else "nobody has been told of")


def suspects(alerts: Iterable[FraudAlert]) -> list[Suspect]:
    """One line per customer, the newest first."""
    newest: dict[str, FraudAlert] = {}
    counts: dict[str, int] = {}
    for alert in alerts:
        counts[alert.user] = counts.get(alert.user, 0) + 1
        if alert.at >= newest.get(alert.user, alert).at:
            newest[alert.user] = alert
    ordered = sorted(newest.values(), key=lambda alert: (-alert.at, alert.user))
    return [Suspect(one.user, one.at, one.risk, counts[one.user], one.reasons) for one in ordered]


def in_words(found: Iterable[Suspect]) -> list[str]:
    """The lines that a person reads."""
    lines = list[str]()
    for one in found:
        when = datetime.fromtimestamp(one.at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
        often = f", {one.alerts} alerts" if one.alerts > 1 else ""
        lines.append(f"{when}  risk {one.risk:.0%}  {one.user}{often}")
        lines += [f"    {reason}" for reason in one.reasons]
    return lines
