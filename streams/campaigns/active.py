"""The campaigns in force on a partition, arranged by what an event may open, arm or disarm."""

from collections.abc import Iterable

from schemas.campaigns import Campaign, ContactPolicy
from streams.campaigns.conditions import compile_condition
from streams.campaigns.policies import DEFAULT
from streams.policy.point import ActiveCampaign

DECIDING = ("shadow", "live")
"""States in which a campaign has decision points."""


class ActiveCampaigns:
    """Campaigns by event type: ``opening`` decide at once, ``arming`` set a timer, ``disarming`` clear one.

    A contact policy that is not among those given is the default one: never no limit at all.
    """

    def __init__(self, campaigns: Iterable[Campaign] = (), policies: Iterable[ContactPolicy] = ()) -> None:
        by_name = {policy.name: policy for policy in policies}
        self.opening: dict[str, list[ActiveCampaign]] = {}
        self.arming: dict[str, list[ActiveCampaign]] = {}
        self.disarming: dict[str, list[str]] = {}
        self.by_name: dict[str, ActiveCampaign] = {}
        for campaign in campaigns:
            if campaign.state in DECIDING:
                self._add(activate(campaign, by_name.get(campaign.contact_policy, DEFAULT)))

    def _add(self, campaign: ActiveCampaign) -> None:
        when = campaign.spec.when
        self.by_name[campaign.spec.name] = campaign
        if not when.wait:
            self.opening.setdefault(when.event, []).append(campaign)
            return
        self.arming.setdefault(when.event, []).append(campaign)
        for event in when.unless:
            self.disarming.setdefault(event, []).append(campaign.spec.name)


def activate(campaign: Campaign, policy: ContactPolicy) -> ActiveCampaign:
    """A campaign with its conditions compiled."""
    where, who = campaign.when.where, campaign.who
    return ActiveCampaign(
        campaign,
        policy,
        compile_condition(where, campaign.currency) if where is not None else None,
        compile_condition(who, campaign.currency) if who is not None else None,
    )
