"""A decision with its outcome, when its window ends: what ``learn`` and ``coordinate`` fold."""

import msgspec

from schemas.origins import Origin


class Stakes(msgspec.Struct, frozen=True, array_like=True):
    """What the draw of a decision followed from, besides P(buy): enough to draw again with another one.

    ``amount`` is the order that was expected (minor units), of which ``margin_rate`` is margin; an offer adds ``sent``
    and ``depth`` times its depth to the logit of buying, and ``usual`` is the part of P(buy)'s logit that is due to
    the offers customers usually get. ``scale`` (per minor unit), ``exploration`` and ``floor`` are the draw's own;
    ``costs`` are those of each candidate's message.
    """

    amount: float
    margin_rate: float
    sent: float
    depth: float
    usual: float
    scale: float
    exploration: float
    floor: float
    costs: tuple[int, ...]


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
    1/``pass_probability`` times for what refusing costs, and for nothing else. ``stakes`` let other models draw again;
    None before they were recorded. Times are ms since 1970, UTC.
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
    stakes: Stakes | None = None
