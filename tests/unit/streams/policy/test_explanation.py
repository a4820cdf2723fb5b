from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from schemas.decisions import Candidate, Decision, Gate, OpenedBy
from schemas.origins import Origin
from streams.policy.explanation import explain

GOLDEN = Path(__file__).parent


def gate(name: str, value: str, threshold: str, *, passed: bool = True) -> Gate:
    """A gate with what it saw."""
    return Gate(name=name, passed=passed, value=value, threshold=threshold)


def candidate(action: str, chance: float, money: tuple[float, float, float, float], propensity: float) -> Candidate:
    """A candidate; money is margin, discount, message cost and value in minor units."""
    offer, _, channel = action.partition("/")
    return Candidate(
        action=action,
        offer=offer if channel else "",
        channel=channel,
        depth=0.0,
        purchase_probability=chance,
        click_probability=0.05 if channel else 0.0,
        margin=money[0],
        discount=money[1],
        message_cost=money[2],
        value=money[3],
        propensity=propensity,
    )


SENT = Decision(
    decision_id="e7-12-904412-0",
    once_key="c1",
    origin=Origin("user-log", 12, 904412),
    user="v1.k3.Qm9iX0",
    campaign="cart-rescue@4",
    decided_at=1_793_498_400_000,
    opened_by=OpenedBy(kind="timer", event_id="7f0c", type="add_to_cart", occurred_at=1_793_496_600_000),
    result="sent",
    arm="treatment",
    gates=(
        gate("schedule", "1793498400000", "0 to 253402300799000"),
        gate("consent", "push, sms", "any of push, sms"),
        gate("per_user", "0", "under 1 per 7d"),
        gate(
            "eligibility",
            "cart.value 312.00 CNY, segment at_risk",
            "cart.value >= 200.00 CNY, segment in new or at_risk",
        ),
        gate("fraud_risk", "0.021", "at most 0.8"),
    ),
    candidates=(
        candidate("remind/push", 0.041, (384, 0, 1, 41), 0.3),
        candidate("off10/push", 0.043, (402, 43, 1, 26.3), 0.6),
        candidate("none", 0.036, (336, 0, 0, 0), 0.1),
    ),
    action="off10/push",
    propensity=0.6,
    uniform=0.7123,
    exploration=0.1,
    risk=0.021,
    versions={"purchase": "3", "click": "3", "fraud": "2"},
    reasons=("30m passed since add_to_cart without purchase",),
    currency="CNY",
    margin_rate=0.3,
)
LEARNED = replace(
    SENT,
    candidates=tuple(
        replace(candidate, lift=lift, prior_lift=assumed)
        for candidate, lift, assumed in zip(SENT.candidates, (-0.021, 0.334, 0.0), (0.12, 0.2, 0.0), strict=True)
    ),
    versions=SENT.versions | {"effect": "3", "items": "1793491200000"},
    learned_from=2345,
    margin_rate=0.386,
    costs_known=0.8,
)
REFUSED = replace(
    SENT,
    result="refused",
    gates=(*SENT.gates[:3], gate("eligibility", "cart.value 150.00 CNY", "cart.value >= 200.00 CNY", passed=False)),
    candidates=(),
    action="none",
)


GOLDENS = [(SENT, "explained_sent.txt"), (LEARNED, "explained_learned.txt"), (REFUSED, "explained_refused.txt")]


@pytest.mark.parametrize(("decision", "file"), GOLDENS)
def test_it_reads_as_agreed(decision: Decision, file: str) -> None:
    """The whole text of a trigger and of a refusal; read the files, they are what a marketer reads."""
    assert explain(decision) == (GOLDEN / file).read_text(encoding="utf-8")


@dataclass
class Case:
    """A refusing gate and what would have let it pass."""

    gate: Gate
    remedy: str
    changes: dict[str, Any]


@pytest.mark.parametrize(
    "case",
    [
        Case(gate("consent", "none", "any of push"), "The customer's consent to any of push (given so far: none).", {}),
        Case(
            gate("contact_policy", "3", "under 3 per 7d"),
            "Waiting: all campaigns' messages to this customer number 3 and must be under 3 per 7d.",
            {},
        ),
        Case(
            gate("fraud_risk", "0.930", "at most 0.8"),
            "A fraud risk of at most 0.8; it was 0.930. Reasons: 5 devices.",
            {"risk_reasons": ("5 devices",)},
        ),
        Case(
            gate("schedule", "1793498400000", "1793600000000 to 253402300799000"),
            "The campaign runs from 2026-11-02 06:13:20 UTC; this moment was 2026-11-01 02:00:00 UTC.",
            {},
        ),
        Case(
            gate("stock", "i-301: out of stock", "not out of stock"),
            "The item back in stock, by a message on the topic catalogue or a new snapshot (now i-301: out of stock).",
            {},
        ),
        Case(gate("weather", "rain", "sun"), "The condition sun; it was rain.", {}),
    ],
    ids=lambda case: case.gate.name,
)
def test_a_refusal_says_what_would_have_let_it_pass(case: Case) -> None:
    """In words, for every gate; a new gate gets plain ones."""
    text = explain(replace(REFUSED, gates=(replace(case.gate, passed=False),), **case.changes))
    assert f'No message was sent: the gate "{case.gate.name}" said no.' in text
    assert case.remedy in text


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"result": "ghost", "arm": "holdout"}, "off10/push was drawn, and the customer is in the holdout."),
        ({"result": "ghost", "mode": "shadow"}, "off10/push was drawn, and the campaign is in the shadow."),
        ({"result": "none", "action": "none"}, "No message was sent: *no action* was drawn."),
    ],
)
def test_the_first_line_says_what_happened(changes: dict[str, Any], line: str) -> None:
    """And why nothing was sent, where nothing was."""
    assert line in explain(replace(SENT, **changes)).splitlines()[0]
