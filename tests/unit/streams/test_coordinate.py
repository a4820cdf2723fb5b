from random import Random
from statistics import mean, stdev
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from schemas.closed_decisions import ClosedDecision
from schemas.codec import decode_json, encode_msgpack
from schemas.experiments import ArmCounts, ExperimentResult, GateCost
from schemas.origins import Origin
from schemas.topics import DEAD_LETTERS, EXPERIMENT_RESULTS
from streams.coordinate import EVERY, EVERY_CLOSINGS, Coordination, GateSums
from streams.folding import LogRecord, Output

START = 1_790_000_000_000


def closed(offset: int, **changes: Any) -> ClosedDecision:
    """A closing of a sent decision; ``offset`` is that of its cause on user-log/0."""
    given: dict[str, Any] = {
        "origin": Origin("user-log", 0, offset),
        "decision_id": f"e7-0-{offset}-0",
        "user": "u",
        "campaign": "cart-rescue@1",
        "kind": "cart_abandonment",
        "ghost": False,
        "channel": "push",
        "action": 0,
        "propensities": (0.6, 0.4),
        "depths": (0.1, 0.0),
        "sent": (True, False),
        "x": (1.0,),
        "catalogue": "1",
        "opened_at": START,
        "closed_at": START + 1000 * offset,
        "delivered": True,
        "clicked": True,
        "purchased": True,
        "revenue": 10_000,
        "margin": 3000,
        "first": True,
    }
    return ClosedDecision(**given | changes)


def log(*closings: ClosedDecision) -> list[LogRecord]:
    """The closings as closed-decisions holds them."""
    return [LogRecord(n, START, b"u", encode_msgpack(closing)) for n, closing in enumerate(closings)]


def folded(records: list[LogRecord]) -> tuple[Coordination, list[Output]]:
    """The fold of a log in one piece."""
    fold, outputs = Coordination(), list[Output]()
    fold.fold(records, outputs)
    return fold, outputs


def results(outputs: list[Output]) -> list[ExperimentResult]:
    """The results among outputs."""
    return [decode_json(output.value, ExperimentResult) for output in outputs if output.topic == EXPERIMENT_RESULTS]


closings = st.lists(
    st.builds(
        closed,
        st.integers(0, 400),
        campaign=st.sampled_from(["a@1", "a@2", "b@1"]),
        ghost=st.booleans(),
        action=st.sampled_from([0, 1]),
        clicked=st.booleans(),
        purchased=st.booleans(),
        first=st.booleans(),
        revenue=st.integers(-100, 10_000),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(closings, st.data())
def test_splits_and_restores_change_nothing(made: list[ClosedDecision], data: st.DataObject) -> None:
    """Same outputs and same encoded state, with a checkpoint and a restore at every cut and records read twice."""
    records = log(*made)
    whole, expected = folded(records)
    fold, outputs = Coordination(), list[Output]()
    start = 0
    while start < len(records):
        end = data.draw(st.integers(start + 1, len(records)))
        fold.fold(records[data.draw(st.integers(0, start)) : end], outputs)
        head = fold.cut()
        assert fold.encode_frozen(10) == []
        fold.settle()
        fold = Coordination()
        fold.restore(head, [])
        start = end
    assert outputs == expected
    assert fold.cut() == whole.cut()


@settings(max_examples=60, deadline=None)
@given(closings)
def test_repeats_are_dropped(made: list[ClosedDecision]) -> None:
    """Decide may send its closings again: sums count each once."""
    once, twice = folded(log(*made))[0], folded(log(*made, *made))[0]
    assert once.state.tallies == twice.state.tallies
    assert twice.counters().get("duplicates_total|closed-decisions", 0) >= len(made)


def test_shadow_and_programme_are_no_arms() -> None:
    """Nothing of a shadow campaign is a result, and the programme's holdout is compared with the programme only."""
    fold, outputs = folded(log(closed(1, ghost=True, shadow=True), closed(2, ghost=True, programme=True)))
    assert fold.state.tallies == {}
    assert outputs == []


def test_a_user_counts_once_and_with_one_value() -> None:
    """Decisions, sends and clicks count all; users, purchases and money the first would-send only."""
    fold, _ = folded(log(closed(1), closed(2, first=False), closed(3, ghost=True, clicked=False, margin=500)))
    tally = fold.state.tallies["cart-rescue@1"]
    assert tally.treatment == ArmCounts(
        users=1, decisions=2, sent=2, clicked=2, purchased=1, revenue=10_000, margin=3000
    )
    assert tally.holdout == ArmCounts(users=1, decisions=1, purchased=1, revenue=10_000, margin=500)


def test_results_come_every_hundred_closings_or_every_minute_of_log_time() -> None:
    """The first at once, so that there is something to see."""
    quick = log(*(closed(n, closed_at=START) for n in range(2 * EVERY_CLOSINGS + 1)))
    assert [r.treatment.decisions for r in results(folded(quick)[1])] == [1, EVERY_CLOSINGS + 1, 2 * EVERY_CLOSINGS + 1]
    slow = log(*(closed(n, closed_at=START + n * EVERY // 2) for n in range(5)))
    assert [r.at for r in results(folded(slow)[1])] == [START, START + EVERY, START + 2 * EVERY]


def test_results_carry_their_origin() -> None:
    """Epoch, partition, offset and number of what caused them."""
    _, outputs = folded(log(closed(7)))
    assert dict(outputs[0].headers)["origin"] == b"e7/0/0/0"
    assert outputs[0].key == b"cart-rescue@1"
    assert results(outputs)[0].origin == Origin("closed-decisions", 0, 0, 0)


def test_what_is_no_closing_is_buried_and_the_fold_goes_on() -> None:
    """With its bytes and the reason."""
    wrong = closed(2, action=5)
    records = log(closed(1), wrong, closed(3))
    records[0] = structs.replace(records[0], value=b"\xc1")
    fold, outputs = folded(records)
    assert [output.topic for output in outputs] == [DEAD_LETTERS, DEAD_LETTERS, EXPERIMENT_RESULTS]
    assert fold.counters()["dead_letters_total|closed-decisions|poison"] == 2


def test_what_chance_let_pass_is_no_arm_and_tells_what_the_gate_costs() -> None:
    """Each weighs 1/q: margin earned less what it would have been without, which only *none* shows; ghosts stay out."""
    let = {"pass_probability": 0.03, "first": False}
    sent = closed(1, margin=300, **let)
    none = closed(2, margin=100, action=1, **let)
    fold, outputs = folded(log(sent, none, closed(3, ghost=True, **let), closed(4)))
    tally = fold.state.tallies["cart-rescue@1"]
    assert (tally.treatment.decisions, tally.holdout.decisions, tally.gate.passes) == (1, 0, 2)
    assert tally.gate.worth == pytest.approx((300 + 100 - 100 / 0.4) / 0.03)
    assert results(outputs)[0].gate == GateCost(passes=1, cost=10_000, error=10_000)


def test_the_gates_cost_is_estimated_without_bias() -> None:
    """Over many worlds of 400 refusable decisions, 3 % let pass, the mean estimate is within 3.5 standard errors."""
    random, q, p = Random(7), 0.03, 0.6
    estimates, truths = list[float](), list[float]()
    for _ in range(400):
        sums, worth = GateSums(), 0.0
        for n in range(400):
            with_it, without = random.choice((0, 0, 900)), random.choice((0, 0, 0, 900))
            worth += p * (with_it - without)
            if random.random() < q:
                sent = random.random() < p
                margin = with_it if sent else without
                sums.add(closed(n, action=0 if sent else 1, margin=margin, propensities=(p, 1 - p), pass_probability=q))
        estimates.append(sums.worth)
        truths.append(worth)
    errors = [estimate - truth for estimate, truth in zip(estimates, truths, strict=True)]
    assert abs(mean(errors)) < 3.5 * stdev(errors) / len(errors) ** 0.5


def test_a_decision_without_a_chance_is_buried() -> None:
    """A propensity of 0 divides nothing."""
    fold, outputs = folded(log(closed(1, propensities=(0.0, 1.0))))
    assert [output.topic for output in outputs] == [DEAD_LETTERS]
    assert fold.state.tallies == {}
