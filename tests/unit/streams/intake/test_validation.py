import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.dead_letters import REASONS
from schemas.events import Event
from schemas.outcomes import Outcome
from schemas.privacy import PrivacyRequest
from streams.intake.validation import MAX_BYTES, Rejection, read

VIEW: dict[str, Any] = {"event_id": "e-1", "type": "view", "user_id": "u-1", "occurred_at": 1_793_498_281_500}
BUY = VIEW | {"type": "purchase", "order_id": "o-1", "lines": [{"item_id": "i-1", "quantity": 2}]}
OUTCOME = {"outcome_id": "x", "trigger_id": "t", "user": "v1.k.x", "status": "sent", "occurred_at": 1}
CONSENT = {"request_id": "r", "user_id": "u", "kind": "consent", "occurred_at": 1, "channels": {"push": True}}


def rejected(value: bytes, kind: Any = Event) -> tuple[str, str]:
    """Reason and field of a message that is not taken."""
    found = read(value, kind)
    assert isinstance(found, Rejection), found
    assert found.message
    return found.reason, found.field


@pytest.mark.parametrize("message", [VIEW, BUY, VIEW | {"anonymous_id": "a", "user_id": None}, VIEW | {"new": [1]}])
def test_a_whole_event_is_taken(message: dict[str, Any]) -> None:
    """Every required field is there; unknown fields are no reason to refuse."""
    assert isinstance(read(json.dumps(message).encode(), Event), Event)


@pytest.mark.parametrize(
    ("change", "reason", "field"),
    [
        ({"event_id": None}, "wrong_type", "event_id"),
        ({"event_id": ""}, "missing_field", "event_id"),
        ({"event_id": 7}, "wrong_type", "event_id"),
        ({"type": "wiew"}, "unknown_type", "type"),
        ({"type": 3}, "wrong_type", "type"),
        ({"user_id": None}, "missing_field", "user_id"),
        ({"user_id": "  "}, "missing_field", "user_id"),
        ({"occurred_at": "yesterday"}, "wrong_type", "occurred_at"),
        ({"occurred_at": 1e400}, "not_json", ""),
        ({"price": {"value": 199.5, "currency": "CNY"}}, "wrong_type", "price.value"),
        ({"price": {"value": 199}}, "missing_field", "price.currency"),
        ({"attributes": {"a": [1]}}, "wrong_type", "attributes[...]"),
        ({"type": "purchase"}, "missing_field", "order_id"),
        ({"type": "refund", "order_id": "o"}, "missing_field", "lines"),
        ({"type": "purchase", "order_id": "o", "lines": [{"quantity": 1}]}, "missing_field", "lines[0].item_id"),
        ({"type": "purchase", "order_id": "o", "lines": [{"item_id": ""}]}, "missing_field", "lines[0].item_id"),
        ({"lines": [{"item_id": "i"}, {"item_id": "i", "quantity": True}]}, "wrong_type", "lines[1].quantity"),
    ],
)
def test_a_half_valid_event_names_its_field(change: dict[str, Any], reason: str, field: str) -> None:
    """The dead letter's reason and JSON path say what to mend."""
    assert rejected(json.dumps(VIEW | change).encode()) == (reason, field)


@pytest.mark.parametrize("field", ["event_id", "type", "occurred_at"])
def test_an_absent_field_is_named(field: str) -> None:
    """Each required field, left out, is the one at fault."""
    message = {name: value for name, value in VIEW.items() if name != field}
    assert rejected(json.dumps(message).encode()) == ("missing_field", field)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b'{"event_id":"\xff"}', "not_json"),
        (b'{"x":' + b"[" * 100_000, "not_json"),
        (b"[]", "wrong_type"),
        (b"7", "wrong_type"),
        (b"\x00\x00\x00\x00\x07\x02u1", "unsupported_format"),
        (b"\x00", "unsupported_format"),
        (b" " * (MAX_BYTES + 1), "too_large"),
        (b"\x00" * (MAX_BYTES + 1), "too_large"),
    ],
)
def test_what_is_no_message_at_all_has_a_reason(value: bytes, reason: str) -> None:
    """Garbage, another format and anything over 256 KB."""
    assert rejected(value) == (reason, "")


def test_json_behind_a_schema_registry_s_prefix_is_taken() -> None:
    """A zero, the schema's id in four bytes, then the message: what Confluent's JSON Schema serialiser writes."""
    bare = json.dumps(VIEW).encode()
    assert read(b"\x00\x00\x00\x00\x07" + bare, Event) == read(bare, Event)


def test_an_event_of_exactly_256_kb_is_taken() -> None:
    """The limit itself is allowed."""
    bare = json.dumps(VIEW | {"attributes": {"a": ""}}).encode()
    full = json.dumps(VIEW | {"attributes": {"a": "x" * (MAX_BYTES - len(bare))}}).encode()
    assert len(full) == MAX_BYTES
    assert isinstance(read(full, Event), Event)


@pytest.mark.parametrize(
    ("message", "kind", "reason", "field"),
    [
        (OUTCOME, Outcome, "impossible_value", "status"),
        (OUTCOME | {"status": "delivered", "trigger_id": ""}, Outcome, "missing_field", "trigger_id"),
        (CONSENT | {"channels": {"fax": True}}, PrivacyRequest, "impossible_value", "channels"),
        (CONSENT | {"channels": {}}, PrivacyRequest, "missing_field", "channels"),
        (CONSENT | {"user_id": ""}, PrivacyRequest, "missing_field", "user_id"),
        (CONSENT | {"kind": "hello"}, PrivacyRequest, "impossible_value", "kind"),
    ],
)
def test_outcomes_and_privacy_requests_name_their_field_too(
    message: dict[str, Any], kind: Any, reason: str, field: str
) -> None:
    """The same rules for every input topic."""
    assert rejected(json.dumps(message).encode(), kind) == (reason, field)


ALMOST = st.fixed_dictionaries(
    {},
    optional={
        name: st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.lists(st.none(), max_size=2))
        | st.sampled_from(["view", "purchase", "u", 1_793_498_281_500, {"value": 1, "currency": "EUR"}])
        for name in Event.__struct_fields__
    },
).map(lambda message: json.dumps(message).encode())


@given(value=st.one_of(st.binary(max_size=300), ALMOST), kind=st.sampled_from([Event, Outcome, PrivacyRequest]))
def test_nothing_makes_it_raise(value: bytes, kind: Any) -> None:
    """Arbitrary bytes and nearly right messages are taken or refused with a reason of the contract."""
    found = read(value, kind)
    assert isinstance(found, kind) or found.reason in REASONS
