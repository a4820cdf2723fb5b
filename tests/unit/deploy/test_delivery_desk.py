import json
import logging
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.examples.delivery_service.cases import CASES, CODE, EXPIRES, NOW, REVOKE, SEND, USER, Case
from deploy.examples.delivery_service.conformance import FINAL, Consumer, Provider, check
from deploy.examples.delivery_service.contract import read_trigger
from deploy.examples.delivery_service.desk import Answer, Call, Desk, Remember, Report, State
from deploy.examples.delivery_service.memory import Memory
from deploy.examples.delivery_service.offsets import Offsets
from deploy.examples.delivery_service.rehearsal import Rehearsal, consume
from schemas.codec import decode_json
from schemas.outcomes import Outcome
from schemas.triggers import Trigger


def _delivered(_key: str, _now: int) -> str:
    return "delivered"


def _must_not_be_called(key: str, _now: int) -> str:
    pytest.fail(f"the provider was called for {key}")


def test_the_example_keeps_the_contract() -> None:
    """The consumer that newcomers copy passes every case."""
    assert check(consume) == []


def _without_memory(messages: Sequence[tuple[int, bytes]], provider: Provider) -> list[bytes]:
    return [part for message in messages for part in consume([message], provider)]


def _without_expiry(messages: Sequence[tuple[int, bytes]], provider: Provider) -> list[bytes]:
    return consume([(min(now, NOW), value) for now, value in messages], provider)


def _without_revokes(messages: Sequence[tuple[int, bytes]], provider: Provider) -> list[bytes]:
    return consume([(now, value) for now, value in messages if b'"revoke"' not in value], provider)


def _strict_about_fields(messages: Sequence[tuple[int, bytes]], provider: Provider) -> list[bytes]:
    return consume([(now, value) for now, value in messages if b'"future"' not in value], provider)


def _strict_about_kinds(messages: Sequence[tuple[int, bytes]], provider: Provider) -> list[bytes]:
    return consume([(now, value) for now, value in messages if b"celebrate" not in value], provider)


def _without_patience(messages: Sequence[tuple[int, bytes]], provider: Provider) -> list[bytes]:
    return consume(messages, lambda key, now: "gave_up" if provider(key, now) == "busy" else "delivered")


def _own_keys(messages: Sequence[tuple[int, bytes]], provider: Provider) -> list[bytes]:
    return consume(messages, lambda key, now: provider(key + "-mine", now))


def _silent_until_the_end(messages: Sequence[tuple[int, bytes]], provider: Provider) -> list[bytes]:
    return [part for part in consume(messages, provider) if json.loads(part)["status"] in FINAL]


@pytest.mark.parametrize(
    ("consumer", "case"),
    [
        (_without_memory, "repeat"),
        (_without_memory, "repeat after a failover"),
        (_without_expiry, "expired"),
        (_without_revokes, "revoked before sending"),
        (_strict_about_fields, "unknown field"),
        (_strict_about_kinds, "unknown kind"),
        (_without_patience, "passing errors"),
        (_own_keys, "plain"),
        (_silent_until_the_end, "plain"),
    ],
)
def test_a_consumer_that_breaks_the_contract_is_found(consumer: Consumer, case: str) -> None:
    """Every promise has a case that a consumer without it fails."""
    assert case in {finding.case for finding in check(consumer)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_the_example_reports_is_an_outcome_of_the_contract(case: Case) -> None:
    """The bytes reported decode as outcomes; the cases' triggers decode as triggers."""
    for outcome in consume(case.messages, _delivered):
        assert decode_json(outcome, Outcome).user == USER
    assert decode_json(json.dumps(SEND).encode(), Trigger).trigger_id == SEND["trigger_id"]


@given(st.data())
def test_a_crash_anywhere_sends_once_and_ends_once(data: st.DataObject) -> None:
    """Whatever step a crash follows, reading again from the uncommitted offset completes what was begun."""
    states: dict[str, State] = {}
    outcomes: list[str] = []
    sent: set[str] = set()
    trigger = read_trigger(json.dumps(SEND).encode())
    for _ in range(5):
        desk = Desk(states.get, lambda: 0.5)
        steps = desk.take(trigger, NOW)
        crash = data.draw(st.integers(0, len(steps) + 3))
        for _ in range(crash):
            if not steps:
                break
            match steps.pop(0):
                case Remember(key, state):
                    states[key] = state
                case Report(outcome):
                    outcomes.append(outcome.outcome_id)
                case Call():
                    sent.add(trigger.trigger_id)
                    steps += desk.answered(trigger, Answer("delivered"), NOW)
    Rehearsal(_delivered, states).read(json.dumps(SEND).encode(), NOW)
    assert len({o for o in outcomes if o.rsplit("/", 1)[-1] in FINAL}) <= 1
    assert sent <= {trigger.trigger_id}
    assert states[f"{trigger.trigger_id}|send"] == "done"


def test_a_revoke_that_comes_first_stops_the_send() -> None:
    """Should a revoke be read before its send, nothing is sent and `revoked` is reported."""
    run = Rehearsal(_must_not_be_called)
    run.read(json.dumps(REVOKE).encode(), NOW)
    run.read(json.dumps(SEND).encode(), NOW + 1)
    assert [outcome.status for outcome in run.outcomes] == ["accepted", "revoked"]


@given(st.lists(st.sampled_from(["busy", "delivered", "failed"]), max_size=40), st.integers(0, EXPIRES - NOW + 10))
def test_attempts_stay_before_the_expiry_and_end_once(answers: list[str], later: int) -> None:
    """However the provider answers and whenever the trigger is read: no late attempt, exactly one end."""
    script = iter(answers)
    calls: list[int] = []

    def provider(key: str, now: int) -> str:
        del key
        calls.append(now)
        return next(script, "busy")

    ends = [json.loads(o)["status"] for o in consume([(NOW + later, json.dumps(SEND).encode())], provider)]
    assert all(now < EXPIRES for now in calls)
    assert sum(status in FINAL for status in ends) == 1


def test_logs_hold_ids_only(caplog: pytest.LogCaptureFixture) -> None:
    """Neither the coupon code nor the customer's token is ever logged."""
    with caplog.at_level(logging.DEBUG):
        consume([(NOW, json.dumps(SEND).encode())], _delivered)
    assert SEND["trigger_id"] in caplog.text
    assert CODE not in caplog.text
    assert USER not in caplog.text


def test_offsets_wait_for_what_is_still_tried() -> None:
    """Committed is what lies before the first trigger that waits, per partition."""
    offsets = Offsets()
    for partition, offset, trigger_id in [(0, 10, "a"), (0, 11, "b"), (0, 12, ""), (1, 5, "c")]:
        offsets.read(partition, offset, trigger_id)
    assert offsets.committable({"b"}) == {0: 11, 1: 6}
    assert offsets.committable(set()) == {0: 13, 1: 6}


def test_a_partition_that_leaves_takes_its_triggers_along() -> None:
    """What another instance reads now is neither tried nor committed here."""
    offsets = Offsets()
    offsets.read(0, 10, "a")
    offsets.read(1, 5, "c")
    assert offsets.leave(0) == ["a"]
    assert offsets.committable({"a", "c"}) == {1: 5}


def test_memory_survives_and_forgets(tmp_path: Path) -> None:
    """States are on disk at once, and repeats are forgotten when their time is over."""
    path = str(tmp_path / "delivery.db")
    first = Memory(path)
    first.remember(Remember("t|send", "pending", 100))
    first.close()
    second = Memory(path)
    assert second.known("t|send") == "pending"
    assert second.forget(100) == 0
    assert second.forget(101) == 1
    assert second.known("t|send") is None
    second.close()
