"""Decisions by models of which one knows what they say."""

import numpy as np
from msgspec import structs

from schemas.closed_decisions import ClosedDecision
from schemas.decisions import OpenedBy
from schemas.models import ModelSnapshot
from schemas.origins import Origin
from streams.campaigns.active import activate
from streams.features.catalogue import RESPONSE_ROW, VERSION
from streams.features.values import View
from streams.fraud.risk import Risk
from streams.models.snapshots import pack
from streams.policy.deciding import Decided, Outlook, decide
from streams.policy.point import Point
from streams.policy.windows import close_window, open_window
from streams.profiles.observing import observe
from streams.profiles.user import User
from streams.response.effect.compiled import OfferEffects
from streams.response.logistic import Logistic
from tests.making.events import AT, taken
from tests.making.logs import CART, MINUTE, POLICIES, SETTINGS
from tests.making.models import snapshot

CHANCE = 0.2


def purchase(p: float) -> Logistic:
    """A model that says ``p`` of everybody."""
    return Logistic.from_snapshot(snapshot(shift=float(np.log(p / (1.0 - p)))))


def effects() -> OfferEffects:
    """Learned effects that differ from the prior, with a usual dose."""
    columns = len(RESPONSE_ROW)
    arrays = {
        "beta": np.array([[0.4, *[0.01] * columns], [1.5, *[0.02] * columns]]),
        "centre": np.zeros(columns),
        "spread": np.ones(columns),
        "doses": np.array([0.12, 2.5, 0.6, 0.03]),
        "rows": np.array([2_500]),
    }
    made = ModelSnapshot(
        name="effect",
        version=1,
        algorithm="r_learner",
        catalogue=VERSION,
        features=RESPONSE_ROW,
        arrays={f"{CART.kind}.{name}": pack(values) for name, values in arrays.items()},
        trained_on=1,
        trained_until=0,
    )
    return OfferEffects.from_snapshot(made)


def _point() -> tuple[User, Point]:
    user = User(consent={"push": True, "sms": True})
    observe(user, taken("add_to_cart", price=20_000), AT)
    opened_by = OpenedBy(kind="timer", event_id="e1", type="add_to_cart", occurred_at=AT)
    campaign = activate(structs.replace(CART, channels=("push", "sms")), POLICIES[0])
    view = View(user, AT + 31 * MINUTE)
    return user, Point(campaign, "u1", view, opened_by, held_out=False, risk=Risk(0.0, ()))


def decided_with(p: float, *, learned: bool = False) -> Decided:
    """A decision about a filled cart by a purchase model that says ``p``, with learned effects or assumed ones."""
    outlook = Outlook(purchase(p), None, {}, {}, 20_000.0, effects() if learned else None)
    return decide(_point()[1], Origin("user-log", 0, 7), "e1-0-7-0", outlook, SETTINGS)


def closing_of(made: Decided) -> ClosedDecision:
    """Its window, closed with nothing in it."""
    user, point = _point()
    opened = open_window(user, point, made, "")
    return close_window(user, opened, "u1", Origin("user-log", 0, 8), AT + 60 * MINUTE, VERSION)
