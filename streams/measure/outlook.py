"""What a campaign's experiment can prove, in words, before it starts."""

from typing import NamedTuple

from schemas.campaigns import Campaign
from streams.measure.power import MARGIN_FACTOR, smallest_lift, users_needed
from streams.money import as_text

REFERENCE_LIFT = 0.10


class Traffic(NamedTuple):
    """What the marketer states: conversion rate, margin of an order (minor units; 0 unknown), enrolments per day."""

    conversion: float
    margin: int
    enrolled_per_day: float
    days: float


class Provable(NamedTuple):
    """Smallest relative lifts that can be proven in the days given, and the days that +10 % takes."""

    conversion_lift: float
    margin_lift: float
    days_for_reference: float
    margin_days_for_reference: float


def provable(campaign: Campaign, traffic: Traffic) -> Provable | None:
    """What the campaign can prove; None without a holdout."""
    holdout = campaign.experiment.holdout
    if not 0 < holdout < 1:
        return None
    enrolled = traffic.enrolled_per_day * traffic.days
    lift = smallest_lift(traffic.conversion, holdout, enrolled)
    days = users_needed(traffic.conversion, holdout, REFERENCE_LIFT) / traffic.enrolled_per_day
    return Provable(lift, lift * MARGIN_FACTOR**0.5, days, days * MARGIN_FACTOR)


def told(campaign: Campaign, traffic: Traffic | None) -> str:
    """The same as a sentence, or what is missing to say it."""
    if traffic is None:
        return "what it can prove depends on --conversion (share that buys unasked) and --traffic (enrolments a day)"
    found = provable(campaign, traffic)
    if found is None:
        return "nothing can be proven: nobody is held out; set experiment.holdout, such as 20%"
    money = ""
    if traffic.margin:
        per_user = as_text(found.margin_lift * traffic.conversion * traffic.margin, campaign.currency)
        money = f" ({per_user} {campaign.currency} per enrolled customer)"
    return (
        f"in {traffic.days:g} days it can prove {found.conversion_lift:+.1%} conversion, looked at once at the end, or "
        f"{found.margin_lift:+.1%} margin{money}, looked at any day; +10% takes {found.days_for_reference:,.0f} and "
        f"{found.margin_days_for_reference:,.0f} days (holdout {campaign.experiment.holdout:.0%})"
    )
