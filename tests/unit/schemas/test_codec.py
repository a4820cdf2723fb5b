import json
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import decode_json, decode_msgpack, decode_record, encode_json
from schemas.decisions import Decision
from schemas.events import Event
from schemas.examples import EXAMPLES
from schemas.money import Money
from schemas.triggers import Trigger

EVENT = {"event_id": "e", "type": "view", "user_id": "u", "occurred_at": 1}


@given(st.permutations(["b", "a", "c"]))
def test_the_same_message_gives_the_same_bytes(order: list[str]) -> None:
    """The order in which a dict was filled does not show in the bytes of a public message."""
    decision = EXAMPLES["Decision"]
    assert isinstance(decision, Decision)
    filled = msgspec.structs.replace(decision, versions=dict.fromkeys(order, "1"))
    straight = msgspec.structs.replace(decision, versions={"a": "1", "b": "1", "c": "1"})
    assert encode_json(filled) == encode_json(straight)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"occurred_at": "today"}, "$.occurred_at"),
        ({"price": {"value": 1.5, "currency": "CNY"}}, "$.price.value"),
        ({"lines": [{"item_id": "i"}, {"quantity": 1}]}, "$.lines[1]"),
        ({"type": "teleport"}, "$.type"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, object], path: str) -> None:
    """What is wrong with an event is said with the field's JSON path."""
    with pytest.raises(msgspec.ValidationError, match=re.escape(f"`{path}`")):
        decode_json(json.dumps(EVENT | change).encode(), Event)


def test_an_absent_field_takes_its_default() -> None:
    """Only the required fields are required."""
    event = decode_json(json.dumps(EVENT).encode(), Event)
    assert (event.quantity, event.price, event.lines, event.attributes) == (1, None, (), {})
    assert json.loads(encode_json(event)) == EVENT


@given(st.binary(max_size=64))
def test_garbage_raises_decode_errors_only(data: bytes) -> None:
    """Whatever bytes arrive, the codec answers with a message or one kind of error."""
    for decode in (lambda d: decode_json(d, Event), lambda d: decode_msgpack(d, Trigger), decode_record):
        try:
            decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue


@pytest.mark.parametrize("text", ['{"value":1.5,"currency":"CNY"}', '{"value":"1","currency":"CNY"}', '{"value":1}'])
def test_money_is_an_integer_with_a_currency(text: str) -> None:
    """Neither fractions nor texts are amounts, and an amount without currency is none."""
    with pytest.raises(msgspec.ValidationError):
        decode_json(text.encode(), Money)


def test_messages_are_frozen() -> None:
    """Nothing changes a message after it was made."""
    for message in EXAMPLES.values():
        with pytest.raises(AttributeError):
            setattr(message, message.__struct_fields__[0], None)
