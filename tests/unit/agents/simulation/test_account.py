"""What is seen of a running Promostream, in words and figures."""

from agents.simulation.account import Account, Sight
from schemas.codec import encode_json, encode_msgpack
from schemas.decisions import Decision, DecisionResult, Gate, OpenedBy
from schemas.origins import Origin
from schemas.outcomes import Outcome, OutcomeStatus
from schemas.records import ModelActivated, Record
from schemas.topics import BROWSES, CONTROL, DECISIONS, OUTCOMES, TRIGGERS
from schemas.triggers import Trigger, TriggerOffer

OFFER = TriggerOffer(id="off10", kind="amount", value=1000, currency="CNY")


def decision(result: DecisionResult, **versions: str) -> bytes:
    """A decision; a refused one stopped at its second gate."""
    gates = (
        Gate(name="schedule", passed=True, value="5", threshold="0 to 9"),
        Gate(name="consent", passed=result != "refused", value="none", threshold="any of push"),
    )
    made = Decision(
        decision_id="e1-0-7-0",
        once_key="k",
        origin=Origin("user-log", 0, 7),
        user="t",
        campaign="cart-rescue@1",
        decided_at=5,
        opened_by=OpenedBy(kind="timer", event_id="e", type="add_to_cart", occurred_at=1),
        result=result,
        arm="treatment",
        gates=gates,
        versions=versions,
    )
    return encode_json(made)


def outcome(status: OutcomeStatus) -> bytes:
    """An outcome of one trigger."""
    return encode_json(Outcome(outcome_id="x", trigger_id="e1-0-7-0", user="t", status=status, occurred_at=6))


def activation(name: str, version: int) -> bytes:
    """What ``learn`` writes on control."""
    return encode_msgpack(Record(Origin("closed-decisions", 0, version), 5, "", ModelActivated(name, version, "ab")))


def test_a_trigger_is_told_with_offer_channel_and_reason() -> None:
    """A trigger's line says what is offered, where and why."""
    trigger = Trigger(
        kind="send",
        trigger_id="e1-0-7-0",
        decision_id="e1-0-7-0",
        once_key="k",
        user="t",
        campaign="cart-rescue@1",
        channel="push",
        decided_at=5,
        expires_at=9,
        offer=OFFER,
        reasons=("add_to_cart 4s ago",),
    )
    account = Account()
    told = account.take(TRIGGERS, encode_json(trigger))
    assert told == Sight("trigger", "cart-rescue@1 10.00 CNY off by push: add_to_cart 4s ago [e1-0-7-0]")
    assert account.summary()["triggers"] == 1


def test_a_refusal_is_told_with_its_gate() -> None:
    """A refusal's line says which gate, what it found and what it asked for."""
    account = Account()
    told = account.take(DECISIONS, decision("refused"))
    assert told == Sight("refused", "cart-rescue@1 at gate consent: found none, asked for any of push [e1-0-7-0]")
    assert account.summary()["refusals_by_gate"] == {"consent": 1}


def test_a_model_counts_as_in_use_once_decide_has_decided_by_it() -> None:
    """Activation alone proves nothing: the version must stand in a decision."""
    account = Account()
    account.take(CONTROL, activation("purchase", 1))
    account.take(CONTROL, activation("purchase", 2))
    assert (account.summary()["models_activated"], account.taken_up) == (2, 0)
    told = account.take(DECISIONS, decision("none", purchase="2"))
    assert told == Sight("model", "decide took up purchase@2: it scored decision e1-0-7-0")
    assert account.take(DECISIONS, decision("none", purchase="2")) is None
    assert account.summary()["models_in_use"] == {"purchase": "2"}


def test_refusals_by_a_new_model_are_counted_too() -> None:
    """The line goes to the model, the refusal still counts."""
    account = Account()
    account.take(DECISIONS, decision("refused", purchase="1"))
    assert account.summary()["refusals"] == 1


def test_outcomes_count_by_status_and_plain_ones_are_not_told() -> None:
    """Accepted and delivered are the rule and only counted; a click is told."""
    account = Account()
    assert account.take(OUTCOMES, outcome("delivered")) is None
    assert account.take(OUTCOMES, outcome("clicked")) == Sight("outcome", "clicked: trigger e1-0-7-0")
    assert account.summary()["outcomes_by_status"] == {"delivered": 1, "clicked": 1}


def test_other_topics_are_left_alone() -> None:
    """What is not watched changes nothing."""
    account = Account()
    assert account.take(BROWSES, b"anything") is None
    assert account.summary() == Account().summary()
