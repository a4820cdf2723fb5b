"""A campaign file → ``Campaign``, or every problem at once."""

from collections.abc import Collection
from typing import Any, NamedTuple, cast, get_args

import yaml

from schemas.campaigns import Campaign, CampaignState, Experiment
from schemas.privacy import Channel
from streams.campaigns.content import content
from streams.campaigns.document import Field, Problem, Report, entries, items, open_document, require
from streams.campaigns.kinds import KINDS, derive
from streams.campaigns.scalars import choice, name, share, text
from streams.campaigns.schedule import ALWAYS, schedule
from streams.campaigns.sections import DEFAULT_HOLDOUT, METRIC, Limits, experiment, limits, offers, when
from streams.campaigns.who import condition
from streams.money import DECIMALS

FORMAT = "1"
DEFAULT_MARGIN_RATE = 0.3
"""Share of the price that stays as margin, until item costs are known."""

STATES: tuple[str, ...] = get_args(CampaignState)
CHANNELS: tuple[str, ...] = get_args(Channel)

_REQUIRED = {
    "version": "version: 1",
    "campaign": "campaign: cart-rescue",
    "owner": "owner: crm",
    "state": "state: shadow",
    "currency": "currency: CNY",
    "when": "when: {timer: {after: add_to_cart, wait: 30m, unless: [purchase]}}",
    "offers": "offers: [{id: remind, kind: reminder}]",
    "channels": "channels: [push]",
    "content": "content with template, expires_after, fallback_locale and locales",
}
_OPTIONAL = ("kind", "schedule", "who", "limits", "experiment", "margin_rate")
_UNSUPPORTED = {
    "budget": "remove it: limits and offers with a cap bound what is spent today",
    "ramp": "remove it: experiment.holdout says how many are left out",
}


class Parsed(NamedTuple):
    """A file's campaign (None if anything is wrong; version 0, apply numbers it), problems, and field → line."""

    campaign: Campaign | None
    problems: tuple[Problem, ...]
    lines: dict[str, int]


def parse_campaign(document: str, file: str, policies: Collection[str] = ("default",)) -> Parsed:
    """Read a campaign file; ``policies`` are the names of the contact policies it may refer to."""
    report = Report(file)
    root = open_document(document, report)
    campaign = _campaign(root, policies) if root is not None else None
    problems = report.sorted()
    return Parsed(None if problems else campaign, problems, report.lines)


def _campaign(root: Field, policies: Collection[str]) -> Campaign | None:
    found = entries(root, (*_REQUIRED, *_OPTIONAL), _UNSUPPORTED)
    if not isinstance(root.node, yaml.MappingNode):
        return None
    complete = require(root, found, _REQUIRED)
    if "version" in found and found["version"].raw != FORMAT:
        found["version"].wrong(f"{found['version'].shown} is not a form this program reads; write {FORMAT}")
    read = _heading(found) | _body(found, policies)
    if not complete or any(value is None for value in read.values()):
        return None
    bounds = cast("Limits", read.pop("limits"))
    fields: dict[str, Any] = {"who": None, "version": 0} | read | bounds._asdict()
    return Campaign(**fields)


def _heading(found: dict[str, Field]) -> dict[str, object]:
    starts_ends = schedule(found["schedule"]) if "schedule" in found else ALWAYS
    return {
        "name": name(found["campaign"], "cart-rescue") if "campaign" in found else None,
        "owner": text(found["owner"], "an owner", "who answers for it") if "owner" in found else None,
        "state": choice(found["state"], STATES) if "state" in found else None,
        "currency": choice(found["currency"], sorted(DECIMALS), "ISO 4217 lists them") if "currency" in found else None,
        "starts_at": starts_ends[0] if starts_ends else None,
        "ends_at": starts_ends[1] if starts_ends else None,
        "margin_rate": share(found["margin_rate"]) if "margin_rate" in found else DEFAULT_MARGIN_RATE,
    }


def _body(found: dict[str, Field], policies: Collection[str]) -> dict[str, object]:
    currency = found["currency"].raw if "currency" in found else ""
    currency = currency if currency in DECIMALS else "USD"
    opened = when(found["when"], currency) if "when" in found else None
    kind = choice(found["kind"], KINDS) if "kind" in found else derive(opened) if opened else None
    made = offers(found["offers"], currency) if "offers" in found else ()
    channels = _channels(found["channels"]) if "channels" in found else ()
    window = KINDS[kind or "general"].window
    usual = Experiment(holdout=DEFAULT_HOLDOUT, metric=METRIC, window=window)
    read: dict[str, object] = {
        "kind": kind,
        "when": opened,
        "offers": made or None,
        "channels": channels or None,
        "limits": limits(found["limits"], policies) if "limits" in found else Limits(),
        "experiment": experiment(found["experiment"], window) if "experiment" in found else usual,
        "content": content(found["content"], channels or CHANNELS, made) if "content" in found else None,
    }
    if "who" in found:
        read["who"] = condition(found["who"], currency)
    return read


def _channels(field: Field) -> tuple[Channel, ...]:
    read: list[Channel] = []
    for entry in items(field):
        channel = choice(entry, CHANNELS)
        if channel in read:
            entry.wrong(f"{entry.raw} is named twice; write it once")
        elif channel is not None:
            read.append(cast("Channel", channel))
    return tuple(read)
