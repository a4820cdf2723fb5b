"""One decision."""

from typing import Any

import pytest
from msgspec import structs

from schemas.campaigns import Campaign
from schemas.decisions import Decision, OpenedBy
from schemas.origins import Origin
from streams.campaigns.active import activate
from streams.features.values import View
from streams.fraud.risk import Risk
from streams.ids import unit_interval
from streams.policy.deciding import Decided, Outlook, decide
from streams.policy.draw import draw, propensities
from streams.policy.limits import remember
from streams.policy.point import Point
from streams.profiles.observing import observe
from streams.profiles.user import User
from tests.making.events import AT, taken
from tests.making.logs import CART, MINUTE, POLICIES, SETTINGS

NOTHING_LEARNED = Outlook(None, None, {}, {}, 20_000.0)


def customer(**consent: bool) -> User:
    """A customer with something in the cart, who allows push unless said otherwise."""
    user = User(consent=consent or {"push": True})
    observe(user, taken("add_to_cart", price=20_000), AT)
    return user


def decided(user: User, *, campaign: Campaign = CART, risk: float = 0.0, held_out: bool = False, n: int = 0) -> Decided:
    """A decision 31 minutes after the cart was filled."""
    opened_by = OpenedBy(kind="timer", event_id="e1", type="add_to_cart", occurred_at=AT)
    view = View(user, AT + 31 * MINUTE)
    point = Point(activate(campaign, POLICIES[0]), "u1", view, opened_by, held_out, Risk(risk, ()))
    return decide(point, Origin("user-log", 0, 7, n), f"e1-0-7-{n}", NOTHING_LEARNED, SETTINGS)


def refused_by(made: Decided) -> str:
    """The gate that said no."""
    assert made.decision.result == "refused"
    return made.decision.gates[-1].name


@pytest.mark.parametrize(
    ("gate", "changes"),
    [
        ("schedule", {"campaign": structs.replace(CART, ends_at=AT)}),
        ("consent", {"user": customer(email=True)}),
        ("fraud_risk", {"risk": 0.91}),
        ("eligibility", {"user": User(consent={"push": True})}),
    ],
)
def test_each_gate_says_no(gate: str, changes: dict[str, Any]) -> None:
    """And it is the last one in the record, with value and threshold."""
    made = decided(**({"user": customer()} | changes))
    assert refused_by(made) == gate
    assert made.decision.gates[-1].value
    assert made.decision.gates[-1].threshold
    assert made.decision.candidates == ()


def test_limits_refuse() -> None:
    """The campaign's own limit first, then the contact policy."""
    user = customer()
    remember(user, "cart-rescue", AT, sent=False)
    assert refused_by(decided(user)) == "per_user"
    user = customer()
    for _ in range(2):
        remember(user, "other", AT, sent=True)
    made = decided(user)
    assert refused_by(made) == "contact_policy"
    assert made.decision.gates[-1].threshold == "under 2 per 1d"


def test_only_channels_with_consent_are_candidates() -> None:
    """And the channel that is drawn is one of them."""
    made = decided(customer(push=False, sms=True))
    assert {action.channel for action in made.actions[:-1]} == {"sms"}


@pytest.mark.parametrize(("orders", "amount"), [((), 20_000.0), ((8_000,), 16_000.0), ((8_000,) * 6, 11_000.0)])
def test_without_a_cart_an_order_is_expected_as_the_customers_own_shrunken_to_the_shops(
    orders: tuple[int, ...], amount: float
) -> None:
    """Two orders of the mean amount stand beside the customer's own."""
    user = User(consent={"push": True}, amounts=sum(orders), known_amounts=len(orders))
    off10 = decided(user, campaign=structs.replace(CART, who=None)).actions[1]
    assert off10.depth == pytest.approx(1000 / amount)


def test_a_ghost_draws_what_it_would_have_got() -> None:
    """Holdout comes after the draw: the same propensities, the same uniform, the same action."""
    for n in range(30):
        treated, ghost = decided(customer(), n=n), decided(customer(), held_out=True, n=n)
        assert treated.decision.candidates == ghost.decision.candidates
        assert treated.decision.action == ghost.decision.action
        assert (treated.decision.result, ghost.decision.result) in (("sent", "ghost"), ("none", "none"))


def test_a_shadow_campaign_sends_nothing() -> None:
    """It draws like a live one."""
    results = {
        decided(customer(), campaign=structs.replace(CART, state="shadow"), n=n).decision.result for n in range(40)
    }
    assert results == {"ghost", "none"}


def test_recorded_propensities_can_be_recomputed() -> None:
    """From the record alone, to 1e-12, and the action follows from the recorded uniform."""
    record: Decision = decided(customer(push=True, sms=True)).decision
    values = [candidate.value for candidate in record.candidates]
    again = propensities(values, record.scale, record.exploration, record.floor)
    assert again == pytest.approx([candidate.propensity for candidate in record.candidates], abs=1e-12)
    assert record.uniform == unit_interval("draw", record.decision_id)
    assert record.candidates[draw(again, record.uniform)].action == record.action
    assert record.propensity == again[[c.action for c in record.candidates].index(record.action)]
