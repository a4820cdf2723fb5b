"""A decision point: a campaign, a user and a moment at which the campaign's *when* holds."""

import msgspec

from schemas.campaigns import Campaign, ContactPolicy
from schemas.decisions import OpenedBy
from streams.campaigns.conditions import Compiled
from streams.features.values import View
from streams.fraud.risk import Risk


class ActiveCampaign(msgspec.Struct, frozen=True):
    """A campaign with its conditions compiled and its contact policy at hand."""

    spec: Campaign
    policy: ContactPolicy
    where: Compiled | None
    who: Compiled | None


class Point(msgspec.Struct, frozen=True):
    """What gates and values look at. ``risk`` is the calibrated fraud risk at this moment.

    ``held_out`` is true in the campaign's holdout and in the programme's, ``programme`` in the latter.

    ``late`` is how long ago (ms) the campaign's *when* came to hold: an event's age, a timer's delay.
    """

    campaign: ActiveCampaign
    token: str
    view: View
    opened_by: OpenedBy
    held_out: bool
    risk: Risk
    late: int = 0
    programme: bool = False
