"""A decision with its outcome, when its window ends: what ``learn`` and ``coordinate`` fold."""

import msgspec

from schemas.origins import Origin


class ClosedDecision(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One decision at the end of its window.

    ``ghost`` decisions judge and never train. ``x`` is the response feature row at the decision, in catalogue order.
    ``propensities`` and ``depths`` follow the decision's candidates, *none* included (depth 0); ``sent`` tells which
    of them contact the customer; ``action`` is the index drawn. ``clicked`` and ``purchased`` are the labels;
    ``margin`` is in minor units over the window, net of realised discounts, refunds and message cost. ``first`` marks
    the user's first would-send in this campaign: the one value that measurement counts. ``discount`` and ``cost`` are
    what ``margin`` has lost to redeemed coupons and to the message. ``shadow`` decisions (ghosts too) neither train nor
    count; ``programme`` marks users held out of every campaign, who are no arm of one. ``risk`` is the fraud risk known
    at the decision; where ``pass_probability`` is over 0 the gate refused it and chance let it pass: such a one counts
    1/``pass_probability`` times for what refusing costs, and for nothing else. Times are ms since 1970, UTC.
    """

    origin: Origin
    decision_id: str
    user: str
    campaign: str
    kind: str
    ghost: bool
    channel: str
    action: int
    propensities: tuple[float, ...]
    depths: tuple[float, ...]
    sent: tuple[bool, ...]
    x: tuple[float, ...]
    catalogue: str
    opened_at: int
    closed_at: int
    delivered: bool
    clicked: bool
    purchased: bool
    revenue: int
    margin: int
    first: bool
    discount: int = 0
    cost: int = 0
    shadow: bool = False
    programme: bool = False
    risk: float = 0.0
    pass_probability: float = 0.0
