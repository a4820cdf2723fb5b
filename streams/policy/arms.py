"""Who is held out: by hashing, before anything is known of the outcome, and applied after the draw."""

from schemas.campaigns import Campaign
from streams.ids import unit_interval

PERIOD = 90 * 86_400_000
"""The longest period (ms) of an experiment; then users are assigned anew."""


def in_programme_holdout(token: str, share: float) -> bool:
    """Whether the user gets nothing from any campaign."""
    return unit_interval("holdout", token) < share


def in_campaign_holdout(campaign: Campaign, token: str, now: int) -> bool:
    """Whether the user is in the campaign's holdout in this period."""
    period, _ = _period(campaign, now)
    return unit_interval(f"holdout|{campaign.ref}|{period}", token) < campaign.experiment.holdout


def enrolment(campaign: Campaign, now: int) -> str:
    """The campaign version and period that a would-send enrols into; "" in the window that washes out the last one."""
    period, since = _period(campaign, now)
    return "" if period and since < campaign.experiment.window else f"{campaign.ref}|{period}"


def _period(campaign: Campaign, now: int) -> tuple[int, int]:
    """The number of the period, and for how long (ms) it has been running."""
    return divmod(max(now - campaign.starts_at, 0), PERIOD)
