"""The campaigns in force on a partition, arranged by what an event may open, arm or disarm."""

from collections.abc import Iterable

import msgspec

from schemas.campaigns import Campaign, ContactPolicy
from streams.campaigns.conditions import compile_condition
from streams.campaigns.listeners import Listeners
from streams.campaigns.policies import DEFAULT
from streams.policy.point import ActiveCampaign

DECIDING = ("shadow", "live")
"""States in which a campaign has decision points."""

WAIT = "wait:"
"""Begins the name of the timer that a campaign waits by."""


class Concerned(msgspec.Struct, frozen=True):
    """Whom a type of event concerns: who decides at once, who sets a timer, and the timers it clears."""

    opening: Listeners | None
    arming: Listeners | None
    disarmed: frozenset[str]


class ActiveCampaigns:
    """Campaigns by name, and by the type of event that concerns them.

    A contact policy that is not among those given is the default one: never no limit at all.
    """

    def __init__(self, campaigns: Iterable[Campaign] = (), policies: Iterable[ContactPolicy] = ()) -> None:
        by_name = {policy.name: policy for policy in policies}
        active = [
            activate(campaign, by_name.get(campaign.contact_policy, DEFAULT))
            for campaign in campaigns
            if campaign.state in DECIDING
        ]
        events = {event for campaign in active for event in (campaign.spec.when.event, *campaign.spec.when.unless)}
        self.by_name = {campaign.spec.name: campaign for campaign in active}
        self.by_event = {event: _concerned(event, active) for event in sorted(events)}


def activate(campaign: Campaign, policy: ContactPolicy) -> ActiveCampaign:
    """A campaign with its conditions compiled."""
    where, who = campaign.when.where, campaign.who
    return ActiveCampaign(
        campaign,
        policy,
        compile_condition(where, campaign.currency) if where is not None else None,
        compile_condition(who, campaign.currency) if who is not None else None,
    )


def _concerned(event: str, active: list[ActiveCampaign]) -> Concerned:
    waiting = [campaign for campaign in active if campaign.spec.when.wait]
    opening = [one for one in active if one.spec.when.event == event and not one.spec.when.wait]
    arming = [one for one in waiting if one.spec.when.event == event]
    return Concerned(
        Listeners(opening) if opening else None,
        Listeners(arming) if arming else None,
        frozenset(WAIT + one.spec.name for one in waiting if event in one.spec.when.unless),
    )
