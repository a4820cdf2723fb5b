import json
from typing import Any

import pytest

from schemas.events import Event
from streams.intake.adapters import adapted
from streams.intake.validation import Rejection

DATA: dict[str, Any] = {"user_id": "u-1", "item_id": "i-1", "price": {"value": 900, "currency": "EUR"}}
OWN: dict[str, Any] = {**DATA, "event_id": "e-9", "type": "view", "occurred_at": 1_793_498_281_500}
ATTRIBUTES = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "/shop",
    "type": "com.shop.add_to_cart",
    "time": "2026-11-01T02:38:01.500Z",
}


def structured(**changed: Any) -> bytes:
    """An envelope around the data."""
    return json.dumps({**ATTRIBUTES, "data": DATA, **changed}).encode()


def headers(**changed: str) -> tuple[tuple[str, bytes], ...]:
    """The same attributes as headers."""
    return tuple((f"ce_{name}", value.encode()) for name, value in {**ATTRIBUTES, **changed}.items())


@pytest.mark.parametrize(
    ("value", "told"), [(structured(), ()), (json.dumps(DATA).encode(), headers())], ids=["structured", "binary"]
)
def test_the_envelope_fills_what_the_data_lacks(value: bytes, told: tuple[tuple[str, bytes], ...]) -> None:
    """Id, the last part of the type, and the time; prefixed by a schema registry or not."""
    event = adapted(value, told)
    assert isinstance(event, Event)
    assert (event.event_id, event.type, event.occurred_at) == ("e-1", "add_to_cart", 1_793_500_681_500)
    assert (event.user_id, event.item_id) == ("u-1", "i-1")
    assert adapted(b"\x00\x00\x00\x00\x01" + value, told) == event


def test_what_the_data_says_itself_counts() -> None:
    """The shop's own id, type and time stand."""
    event = adapted(structured(data=OWN), ())
    assert isinstance(event, Event)
    assert (event.event_id, event.type, event.occurred_at) == ("e-9", "view", 1_793_498_281_500)


@pytest.mark.parametrize(
    ("changed", "reason", "field"),
    [
        ({"id": ""}, "missing_field", "id"),
        ({"source": None}, "missing_field", "source"),
        ({"specversion": "2.0"}, "unsupported_format", "specversion"),
        ({"time": "yesterday"}, "wrong_type", "time"),
        ({"time": 7}, "wrong_type", "time"),
        ({"type": "com.shop.hello"}, "unknown_type", "type"),
        ({"data": "text"}, "wrong_type", "data"),
        ({"data": {"item_id": "i-1"}}, "missing_field", "user_id"),
    ],
)
def test_a_wrong_envelope_names_its_field(changed: dict[str, Any], reason: str, field: str) -> None:
    """In the words of the specification, and the data's in those of the contract."""
    rejection = adapted(structured(**changed), ())
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, rejection.field) == (reason, field)


def test_data_in_base64_is_asked_for_as_json() -> None:
    """It could be anything."""
    value = json.dumps({**ATTRIBUTES, "data_base64": "e30="}).encode()
    assert adapted(value, ()) == Rejection("missing_field", "data", "data_base64: send the data as JSON")
