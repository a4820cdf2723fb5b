import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events import Event
from schemas.money import Money
from schemas.topics import CLICKS
from streams.intake.adapters import adapted
from streams.intake.fold import IntakeFold, IntakeSettings, SourceRecord
from streams.intake.validation import Rejection

TRACK: dict[str, Any] = {
    "type": "track",
    "event": "Product Added",
    "messageId": "m-1",
    "userId": "u-1",
    "timestamp": "2026-11-01T02:38:01.500Z",
    "channel": "mobile",
    "context": {"device": {"id": "d-5"}},
    "properties": {"product_id": 507, "category": "shoes", "price": 19.9, "quantity": 2, "currency": "eur"},
}
ORDER: dict[str, Any] = {
    **TRACK,
    "event": "Order Completed",
    "properties": {
        "order_id": "o-1",
        "currency": "JPY",
        "coupon": "K7",
        "products": [{"sku": "s-1", "price": "1200", "quantity": 2}, {"product_id": "p-2", "category": "hats"}],
    },
}


def taken(content: dict[str, Any]) -> Event | Rejection | None:
    """What is made of a track call."""
    return adapted(json.dumps(content).encode(), ())


def test_a_product_is_told_in_the_own_words() -> None:
    """Names, ids that are numbers, prices in major units, the device and the channel."""
    event = taken(TRACK)
    assert event == Event(
        event_id="m-1",
        type="add_to_cart",
        occurred_at=1_793_500_681_500,
        user_id="u-1",
        item_id="507",
        category="shoes",
        quantity=2,
        price=Money(1990, "EUR"),
        device_id="d-5",
        source="app",
    )


def test_an_order_has_its_lines() -> None:
    """A price in a currency without decimals, and one that is not told."""
    event = taken(ORDER)
    assert isinstance(event, Event)
    assert (event.type, event.order_id, event.coupon_code) == ("purchase", "o-1", "K7")
    assert [(line.item_id, line.quantity, line.price) for line in event.lines] == [
        ("s-1", 2, Money(1200, "JPY")),
        ("p-2", 1, None),
    ]


@pytest.mark.parametrize(
    ("changed", "reason", "field"),
    [
        ({"event": "Signed Up"}, "unknown_type", "event"),
        ({"messageId": None}, "wrong_type", "event_id"),
        ({"timestamp": "soon"}, "missing_field", "timestamp"),
        ({"properties": "none"}, "wrong_type", "properties"),
        ({"userId": ""}, "missing_field", "user_id"),
        ({"event": "Order Completed"}, "missing_field", "order_id"),
    ],
)
def test_a_wrong_call_names_its_field(changed: dict[str, Any], reason: str, field: str) -> None:
    """Nothing is guessed."""
    rejection = taken({**TRACK, **changed})
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, rejection.field) == (reason, field)


def test_a_price_without_a_currency_is_not_known() -> None:
    """Rather than counted as dollars."""
    event = taken({**TRACK, "properties": {"product_id": "p", "price": 5}})
    assert isinstance(event, Event)
    assert event.price is None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(data=st.data())
def test_whatever_a_field_holds_there_is_an_event_or_a_rejection(data: st.DataObject) -> None:
    """Any JSON in the place of any field; an adapted message goes through intake like any other."""
    content = json.loads(json.dumps(data.draw(st.sampled_from([TRACK, ORDER]))))
    place = content if data.draw(st.booleans()) else content["properties"]
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(ANYTHING)
    fold = IntakeFold(IntakeSettings(token_key=bytes(64), partitions=2))
    record = SourceRecord(3, 1_793_500_681_500, None, json.dumps(content).encode())
    outputs = fold.fold(CLICKS, 0, [record], 1_793_500_681_500)
    assert len(outputs) == 1
