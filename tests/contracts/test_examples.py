"""The contract's examples, held against the code that reads and writes such messages."""

import pytest

from schemas.closed_decisions import ClosedDecision
from schemas.decisions import Decision
from schemas.examples import EXAMPLES, examples_of
from schemas.models import ModelSnapshot
from schemas.triggers import Trigger
from streams.ids import decision_id
from streams.models.snapshots import verify
from streams.response.logistic import Logistic


def test_the_example_of_a_model_is_one() -> None:
    """It fits its checksum, compiles and scores."""
    snapshot = EXAMPLES["ModelSnapshot"]
    assert isinstance(snapshot, ModelSnapshot)
    verify(snapshot)
    assert 0 < Logistic.from_snapshot(snapshot).predict((10.0, 1.1)) < 1


@pytest.mark.parametrize("name", examples_of(Decision))
def test_the_example_of_a_decision_leads_back_to_its_record(name: str) -> None:
    """Its id is made of epoch, partition, offset and number, as the ids of real ones are."""
    decision = EXAMPLES[name]
    assert isinstance(decision, Decision)
    assert decision.decision_id == decision_id("e7", decision.origin.partition, decision.origin.offset, 0)


def test_the_example_of_a_decision_adds_up() -> None:
    """Propensities are a distribution, and the value is margin gained less discount and message."""
    decision = EXAMPLES["Decision"]
    assert isinstance(decision, Decision)
    none, action = decision.candidates
    assert sum(candidate.propensity for candidate in decision.candidates) == 1
    assert action.value == action.margin - none.margin - action.discount - action.message_cost
    assert decision.propensity == action.propensity


def test_the_examples_tell_one_story() -> None:
    """Trigger, decision and closed decision are of the same decision, action and money."""
    trigger, decision, closed = EXAMPLES["Trigger"], EXAMPLES["Decision"], EXAMPLES["ClosedDecision"]
    assert isinstance(trigger, Trigger)
    assert isinstance(decision, Decision)
    assert isinstance(closed, ClosedDecision)
    assert trigger.decision_id == decision.decision_id == closed.decision_id
    assert closed.propensities[closed.action] == decision.propensity
    assert trigger.offer is not None
    assert closed.revenue == 39_900 - trigger.offer.value
