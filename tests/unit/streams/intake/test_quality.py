import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from streams.intake.quality import BOT_RATE, LATE, Examiner, FieldQuality, Quality

NOW = 1_793_498_281_500
VIEW: dict[str, Any] = {"event_id": "e-1", "type": "view", "user_id": "u", "occurred_at": NOW, "item_id": "i"}


def examined(*events: dict[str, Any] | bytes) -> Quality:
    """The account of these messages."""
    examiner = Examiner()
    for number, event in enumerate(events, 1):
        examiner.message(f"line {number}", event if isinstance(event, bytes) else json.dumps(event).encode())
    return examiner.finish()


def event(number: int, **changed: Any) -> dict[str, Any]:
    """A view with an id of its own."""
    return {**VIEW, "event_id": f"e-{number}", **changed}


def test_a_field_that_should_be_there_is_counted_as_there_or_missing() -> None:
    """Where the type of event has it: a search has no item."""
    quality = examined(event(1), event(2, item_id=None), event(3, type="search", item_id=None))
    assert quality.fields["item_id"] == FieldQuality(present=1, missing=1)
    assert quality.types == {"view": 2, "search": 1}


def test_a_refusal_names_field_reason_and_the_first_place() -> None:
    """The sentence is that of the dead letter it would become."""
    quality = examined(event(1), event(2, quantity=0), event(3, quantity=-1), b"{")
    assert (quality.read, quality.taken) == (4, 1)
    assert quality.refused == {"impossible_value": 2, "not_json": 1}
    assert quality.fields["quantity"].refused == 2
    assert quality.fields["quantity"].example == "line 2: quantity: 0 is not between 1 and 1000000"
    assert quality.fields["(whole message)"].refused == 1


def test_repairs_are_counted_by_field_whatever_the_line() -> None:
    """Times in seconds, a currency in small letters."""
    money = {"value": 5, "currency": "eur"}
    order = event(1, type="purchase", order_id="o", lines=[{"item_id": "a", "price": money}] * 2)
    quality = examined(order, event(2, occurred_at=NOW // 1000))
    assert quality.repaired == 2
    assert quality.fields["lines.price.currency"].repaired == 2
    assert quality.fields["occurred_at"].repaired == 1


def test_repeats_late_ones_and_robots_are_taken_and_told() -> None:
    """A repeat is the same user's same id; late is an hour behind the newest before it."""
    first, late = event(1), event(2, occurred_at=NOW - LATE - 1, user_id="v")
    quality = examined(
        first, first, event(1, user_id="w"), late, *(event(n, user_id="bot") for n in range(BOT_RATE + 5))
    )
    assert (quality.duplicates, quality.late, quality.bot_like) == (1, 1, 5)
    assert quality.users == 4


def test_a_clock_that_is_years_ahead_is_told_and_makes_nobody_late() -> None:
    """By default intake refuses it; what comes after it is on time."""
    examiner = Examiner(NOW)
    for number, at in enumerate((NOW - 5, NOW + 10 * 365 * 86_400_000, NOW - 4)):
        examiner.message("line", json.dumps(event(number, occurred_at=at)).encode())
    quality = examiner.finish()
    assert (quality.ahead, quality.late, quality.last) == (1, 0, NOW - 4)
    assert quality.taken == quality.read


@given(
    st.lists(st.one_of(st.binary(max_size=20), st.sampled_from([event(1), event(2, quantity=0), event(1, type="x")])))
)
def test_every_message_is_taken_or_refused(messages: list[dict[str, Any] | bytes]) -> None:
    """The account adds up, whatever comes."""
    quality = examined(*messages)
    assert quality.read == len(messages)
    assert quality.read == quality.taken + sum(quality.refused.values())
    assert sum(quality.refused.values()) == sum(field.refused for field in quality.fields.values())
