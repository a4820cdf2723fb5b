"""Attributes of customers as intake takes them: coarse, or not at all."""

import msgspec
import pytest

from schemas.records import AttributesTold
from schemas.topics import CUSTOMERS
from streams.intake.taking import Taken, Taker
from streams.intake.tokens import Tokens
from streams.intake.validation import Rejection
from tests.making.events import AT

KEY = bytes(64)
PLAIN = {"message_id": "cu-1", "user_id": "u-1", "kind": "attributes", "occurred_at": AT}


def take(**fields: object) -> Taken | Rejection:
    """A message on ``customers``."""
    return Taker(Tokens(KEY)).take(CUSTOMERS, msgspec.json.encode(PLAIN | fields), (), AT + 1)


def told(**fields: object) -> AttributesTold:
    """What the log gets to know."""
    taken = take(**fields)
    assert isinstance(taken, Taken), taken
    assert isinstance(taken.body, AttributesTold)
    return taken.body


def test_a_message_belongs_to_the_customer_as_events_do() -> None:
    """The token is that of the user id; what is not told is None."""
    taken = take(tier="gold")
    assert isinstance(taken, Taken)
    assert taken == (AT, Tokens(KEY).token("u-1"), AttributesTold("cu-1", AT, tier="gold"))


def test_the_year_of_a_birthday_never_reaches_the_log() -> None:
    """A day to congratulate on, not an age; a leap day is a day."""
    assert told(birthday="1987-03-14").birthday == "03-14"
    assert told(birthday="02-29").birthday == "02-29"
    assert told(birthday="").birthday == ""


def test_locales_are_written_one_way() -> None:
    """Java writes zh_CN."""
    assert told(locale="zh_CN").locale == told(locale="zh-CN").locale == "zh-CN"


def test_channels_are_in_one_order() -> None:
    """And none of them is a word too."""
    assert told(channels=["sms", "push", "sms"]).channels == ("push", "sms")
    assert told(channels=[]).channels == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("birthday", "14 March"),
        ("birthday", "02-30"),
        ("birthday", "1987-13-01"),
        ("locale", "Chinese"),
        ("zone", "Asia/Nowhere"),
        ("tier", "x" * 33),
        ("region", "Nanjing Road 1, Shanghai"),
        ("region", "CN-3100"),
        ("channels", ["fax"]),
    ],
)
def test_what_is_finer_or_odd_is_refused_by_field(field: str, value: object) -> None:
    """An address is not cut to a region: whoever sent it is told."""
    refused = take(**{field: value})
    assert isinstance(refused, Rejection)
    assert (refused.reason, refused.field.partition("[")[0]) == ("impossible_value", field)


def test_a_refusal_does_not_repeat_a_birthday() -> None:
    """Dead letters are read by people."""
    refused = take(birthday="1987-02-30")
    assert isinstance(refused, Rejection)
    assert "1987" not in refused.message


@pytest.mark.parametrize("field", ["message_id", "user_id", "kind", "occurred_at"])
def test_what_is_required_is_named(field: str) -> None:
    """One dead letter with one field."""
    message = {name: value for name, value in PLAIN.items() if name != field}
    refused = Taker(Tokens(KEY)).take(CUSTOMERS, msgspec.json.encode(message), (), AT + 1)
    assert isinstance(refused, Rejection)
    assert (refused.reason, refused.field) == ("missing_field", field)
