"""What was decided, and why."""

from msgspec import Struct

from schemas.decisions import Candidate, Decision, Gate, ItemCandidate, OpenedBy
from schemas.examples.story import CAMPAIGN, CARTED, CUSTOMER, DECIDED, LOG, ONCE, TRIGGER_ID
from schemas.origins import Origin

_GATES = (
    Gate(name="consent", passed=True, value="push", threshold="push or sms"),
    Gate(name="campaign", passed=True, value="live", threshold="live, within its schedule"),
    Gate(name="contact", passed=True, value="1 in 7 days", threshold="at most 3 in 7 days"),
    Gate(name="who", passed=True, value="cart.value 399.00", threshold="cart.value >= 200.00"),
    Gate(name="risk", passed=True, value="0.11", threshold="at most 0.80"),
)

_NONE = Candidate(
    action="none",
    offer="",
    channel="",
    depth=0.0,
    purchase_probability=0.125,
    margin=1_496.25,
    discount=0.0,
    message_cost=0.0,
    value=0.0,
    propensity=0.25,
)
_OFF10 = Candidate(
    action="off10/push",
    offer="off10",
    channel="push",
    depth=0.025,
    purchase_probability=0.1875,
    margin=2_244.375,
    discount=187.5,
    message_cost=2.0,
    value=558.625,
    propensity=0.75,
    lift=0.5,
    prior_lift=0.25,
)

DECISIONS: dict[str, Struct] = {
    "Decision": Decision(
        decision_id=TRIGGER_ID,
        once_key=ONCE,
        origin=LOG,
        user=CUSTOMER,
        campaign=CAMPAIGN,
        currency="CNY",
        decided_at=DECIDED,
        opened_by=OpenedBy(
            kind="timer", event_id="7f0c2a51-1d9e-4a53-9f0e-2a6c3b8d7e10", type="add_to_cart", occurred_at=CARTED
        ),
        result="sent",
        arm="treatment",
        gates=_GATES,
        candidates=(_NONE, _OFF10),
        action="off10/push",
        propensity=0.75,
        uniform=0.5,
        scale=0.01,
        exploration=0.1,
        floor=0.05,
        risk=0.11,
        versions={"purchase": "7", "click": "7", "effect": "7", "fraud": "3"},
        features={"cart.value": 39_900.0, "purchase.count": 2.0},
        reasons=("cart idle for 30 minutes",),
        learned_from=3_500,
        margin_rate=0.3,
        items=(
            ItemCandidate(item="i-305", score=6.5, offered=True),
            ItemCandidate(item="i-311", score=6.25, offered=False, held_back="out of stock"),
        ),
    ),
    "Decision.refused": Decision(
        decision_id="e7-12-904533-0",
        once_key="5e0c6a7b8d9f4a1b2c3d4e5f60718293",
        origin=Origin("user-log", 12, 904_533, 0),
        user=CUSTOMER,
        campaign="browse-interest@2",
        currency="CNY",
        decided_at=DECIDED + 60_000,
        opened_by=OpenedBy(kind="event", event_id="4a53-9f0e", type="view", occurred_at=DECIDED + 59_000),
        result="refused",
        arm="treatment",
        gates=(Gate(name="contact", passed=False, value="3 in 7 days", threshold="at most 3 in 7 days"),),
        reasons=("contacted often enough",),
    ),
}
