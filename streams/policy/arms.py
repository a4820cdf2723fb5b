"""Who is held out: by hashing, before anything is known of the outcome, and applied after the draw."""

from schemas.campaigns import Campaign
from streams.ids import unit_interval

PERIOD = 90 * 86_400_000
"""The longest period (ms) of an experiment; then users are assigned anew."""


def is_held_out(campaign: Campaign, token: str, now: int, global_holdout: float) -> bool:
    """Whether the user is in the campaign's or in the programme's holdout in this period."""
    if unit_interval("holdout", token) < global_holdout:
        return True
    period = max(now - campaign.starts_at, 0) // PERIOD
    return unit_interval(f"holdout|{campaign.ref}|{period}", token) < campaign.experiment.holdout
