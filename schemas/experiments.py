"""Live results per campaign and arm, from ``coordinate``."""

import msgspec

from schemas.fields import CampaignRef, Millis
from schemas.origins import Origin


class ArmCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of one arm; ``margin`` in minor units. Descriptive only: no claim rests on these sums."""

    users: int = 0
    decisions: int = 0
    sent: int = 0
    clicked: int = 0
    purchased: int = 0
    revenue: int = 0
    margin: int = 0


class GateCost(msgspec.Struct, frozen=True, kw_only=True):
    """What the fraud gate costs: the margin in minor units that its refusals would have earned, by weighting.

    ``passes`` is how many decisions chance let pass, outside the holdout; ``error`` one standard error of ``cost``.
    Negative where the refused are rightly so.
    """

    passes: int = 0
    cost: int = 0
    error: int = 0


class ExperimentResult(msgspec.Struct, frozen=True, kw_only=True):
    """The state of one campaign's experiment; intent to treat, one value per user and period."""

    origin: Origin
    campaign: CampaignRef
    at: Millis
    treatment: ArmCounts
    holdout: ArmCounts
    note: str = ""
    gate: GateCost = GateCost()
