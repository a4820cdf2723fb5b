"""The few whom the fraud gate lets pass by chance."""

import pytest
from msgspec import structs

from schemas.campaigns import Campaign, Offer
from schemas.decisions import OpenedBy
from schemas.origins import Origin
from streams.campaigns.active import activate
from streams.features.values import View
from streams.fraud.risk import Risk
from streams.policy.deciding import Decided, Outlook, decide
from streams.policy.explanation import explain
from streams.policy.point import Point
from streams.profiles.observing import observe
from streams.profiles.user import User
from tests.making.events import AT, taken
from tests.making.logs import CART, MINUTE, POLICIES, SETTINGS

LEARNED = Outlook(None, None, {}, {}, 20_000.0)
COUNT = 4000
LARGE = structs.replace(CART, offers=(Offer(id="off50", kind="amount", value=5000), Offer(id="half", kind="percent")))
MIXED = structs.replace(CART, offers=(*CART.offers, *LARGE.offers))


def decided(n: int, *, risk: float, campaign: Campaign = CART) -> Decided:
    """Decision ``n`` about a customer of some risk, with a filled cart and consent."""
    user = User(consent={"push": True})
    observe(user, taken("add_to_cart", price=20_000), AT)
    opened_by = OpenedBy(kind="timer", event_id="e1", type="add_to_cart", occurred_at=AT)
    point = Point(
        activate(campaign, POLICIES[0]),
        "u1",
        View(user, AT + 31 * MINUTE),
        opened_by,
        held_out=False,
        risk=Risk(risk, ()),
    )
    return decide(point, Origin("user-log", 0, 7, n), f"e1-0-7-{n}", LEARNED, SETTINGS)


@pytest.fixture(scope="module")
def passed() -> list[Decided]:
    """Of many decisions about a risky customer, those that passed."""
    made = [decided(n, risk=0.95, campaign=MIXED) for n in range(COUNT)]
    return [one for one in made if one.decision.result != "refused"]


def test_three_in_a_hundred_pass(passed: list[Decided]) -> None:
    """Within four standard errors; the chance stands in the record."""
    share, q = len(passed) / COUNT, SETTINGS.pass_share
    assert q == 0.03
    assert abs(share - q) < 4 * (q * (1 - q) / COUNT) ** 0.5
    assert {one.decision.pass_probability for one in passed} == {q}


def test_what_passes_is_small(passed: list[Decided]) -> None:
    """Offers over the cap are no candidates; the draw is over those that stay, and its chances sum to 1."""
    offered = {candidate.offer for one in passed for candidate in one.decision.candidates}
    assert offered == {"remind", "off10", ""}
    assert all(sum(c.propensity for c in one.decision.candidates) == pytest.approx(1.0) for one in passed)


def test_nobody_passes_where_every_offer_is_large() -> None:
    """Fifty off, or a percentage without a cap, would pay an abuser."""
    assert {decided(n, risk=0.95, campaign=LARGE).decision.result for n in range(300)} == {"refused"}


def test_whom_the_gate_lets_through_is_decided_as_ever() -> None:
    """Chance has a say only where the gate refused."""
    made = [decided(n, risk=0.1) for n in range(300)]
    assert {one.decision.pass_probability for one in made} == {0.0}
    assert "refused" not in {one.decision.result for one in made}


def test_no_other_gate_lets_anybody_pass() -> None:
    """Without consent, chance changes nothing."""
    closed = structs.replace(CART, ends_at=AT)
    assert {decided(n, risk=0.95, campaign=closed).decision.gates[-1].name for n in range(300)} == {"schedule"}


def test_the_record_says_so_in_words(passed: list[Decided]) -> None:
    """The gate keeps its value and its threshold, and what let it pass."""
    gate = passed[0].decision.gates[-1]
    assert (gate.name, gate.passed, gate.value) == ("fraud_risk", True, "0.950; let pass by chance, 3%")
    assert "let pass by chance, 3%" in explain(passed[0].decision)
