"""Closed decisions, for whoever learns from them."""

from schemas.closed_decisions import ClosedDecision
from schemas.origins import Origin
from streams.features.catalogue import RESPONSE_ROW, VERSION

NOTHING = ClosedDecision(
    origin=Origin("user-log", 0, 0),
    decision_id="e1-0-0-0",
    user="u",
    campaign="cart-rescue@4",
    kind="cart_abandonment",
    ghost=False,
    channel="push",
    action=0,
    propensities=(0.4, 0.6),
    depths=(0.0, 0.1),
    sent=(False, True),
    x=(0.0,) * len(RESPONSE_ROW),
    catalogue=VERSION,
    opened_at=0,
    closed_at=10,
    delivered=False,
    clicked=False,
    purchased=False,
    revenue=0,
    margin=0,
    first=True,
)
"""Nothing was sent, and nothing came of it."""
