"""Whether this program can fold a set of campaigns: the one that wrote it may be newer."""

from schemas.records import CampaignsActivated
from streams.campaigns.conditions import leaves
from streams.features.catalogue import CATALOGUE
from streams.folding import Refusal


def require_known(activated: CampaignsActivated) -> None:
    """Check that every condition asks for features that can be computed here.

    Raises:
        Refusal: one does not; every event that it is asked about would fail.

    """
    for campaign in activated.campaigns:
        for leaf in (*leaves(campaign.when.where), *leaves(campaign.who)):
            if leaf.feature not in CATALOGUE:
                raise Refusal(
                    f"campaign {campaign.ref} asks for {leaf.feature!r}, unknown to this worker",
                    "start the version that checked the campaign, or a newer one",
                )
