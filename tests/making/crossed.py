"""Closed decisions about customers in whom two things matter together that say nothing alone."""

import numpy as np
from msgspec import structs

from schemas.closed_decisions import ClosedDecision, Stakes
from schemas.origins import Origin
from streams.features.catalogue import RESPONSE_ROW
from tests.making.closed import NOTHING

INDIFFERENT = Stakes(10_000.0, 0.3, 0.0, 0.0, 0.0, 0.001, 0.1, 0.05, (0, 0))
"""No offer changes anything or costs anything: whoever decides, the draw is the same."""
PLAIN = ("cart.value", "session.events")
CROSSED = (("activity.views", "activity.carts"), ("purchase.recent", "cart.items"))


def crossed(count: int, seed: int = 0, *, strength: float = 2.0, base: float = -1.0) -> list[ClosedDecision]:
    """Normal rows; log-odds are a plain sum and, times ``strength``, products of two columns; half are contacted."""
    random = np.random.default_rng(seed)
    rows = random.normal(size=(count, len(RESPONSE_ROW)))
    of = {name: rows[:, place] for place, name in enumerate(RESPONSE_ROW)}
    logits = base + 0.3 * sum(of[name] for name in PLAIN) + strength * sum(of[a] * of[b] for a, b in CROSSED)
    bought = (random.random(count) < 1.0 / (1.0 + np.exp(-logits))).tolist()
    sent = (random.random(count) < 0.5).tolist()
    return [closed(n, x, bought[n], contacted=sent[n]) for n, x in enumerate(rows.tolist())]


def closed(number: int, x: list[float], bought: bool, *, contacted: bool) -> ClosedDecision:
    """One of them; candidates are a message and none."""
    return structs.replace(
        NOTHING,
        origin=Origin("user-log", 0, number),
        decision_id=f"e1-0-{number}-0",
        user=f"u{number}",
        x=tuple(x),
        action=int(not contacted),
        propensities=(0.5, 0.5),
        depths=(0.0, 0.0),
        sent=(True, False),
        opened_at=10 * number,
        closed_at=10 * number + 10,
        delivered=contacted,
        purchased=bought,
        revenue=10_000 * bought,
        margin=3_000 * bought,
        stakes=INDIFFERENT,
    )
