"""What cannot be taken ends in ``dead-letters`` with its reason, and what comes after it is taken."""

import json
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from confluent_kafka import KafkaError, Message

from agents.clients import producer
from agents.creation import create_topics
from agents.settings import Settings
from schemas.codec import decode_json
from schemas.dead_letters import REASONS, DeadLetter
from schemas.origins import Origin
from schemas.records import EventTaken
from schemas.topics import BROWSES, CLICKS, CONTROL, DEAD_LETTERS, OUTCOMES, PRIVACY, PURCHASES, TOPICS, USER_LOG
from streams.intake.dead_letters import KEPT
from streams.intake.partitioner import partition_of
from streams.intake.tokens import Tokens
from streams.intake.validation import MAX_BYTES
from tests.making.topics import bodies_of, written
from tests.making.workers import Worker, wait_for

Start = Callable[..., Worker]

NOW = time.time_ns() // 1_000_000
HEADERS: list[tuple[str, str | bytes | None]] = [("trace", b"00-4bf9")]


class Bad(NamedTuple):
    """A message that is refused, and how."""

    topic: str
    value: bytes | None
    reason: str
    field: str


def event(**changes: Any) -> bytes:
    """A view, or what the changes make of it; None leaves a field out."""
    given = {
        "event_id": "good-1",
        "type": "view",
        "user_id": "u-1",
        "occurred_at": NOW,
        "item_id": "i-1",
        "category": "shoes.running",
        "price": {"value": 19_900, "currency": "CNY"},
    }
    return json.dumps({name: value for name, value in (given | changes).items() if value is not None}).encode()


LINE = {"item_id": "i-1", "quantity": 1, "price": {"value": 19_900, "currency": "CNY"}}
PURCHASE = {"event_id": "p-1", "type": "purchase", "order_id": "o-1", "lines": [LINE]}

BAD = {
    "corrupt": Bad(CLICKS, b"\xff\xfe\x00click", "not_json", ""),
    "cut off": Bad(BROWSES, event()[:-7], "not_json", ""),
    "nothing": Bad(BROWSES, None, "not_json", ""),
    "a list": Bad(BROWSES, b"[1, 2]", "wrong_type", ""),
    "too large": Bad(CLICKS, event(attributes={"note": "x" * MAX_BYTES}), "too_large", ""),
    "Avro behind a registry's prefix": Bad(CLICKS, b"\x00\x00\x00\x00\x07\x02u1", "unsupported_format", ""),
    "of an unknown type": Bad(BROWSES, event(type="teleport"), "unknown_type", "type"),
    "without an id": Bad(BROWSES, event(event_id=None), "missing_field", "event_id"),
    "of nobody": Bad(BROWSES, event(user_id=None), "missing_field", "user_id"),
    "at a time in words": Bad(BROWSES, event(occurred_at="yesterday"), "wrong_type", "occurred_at"),
    "in a price of words": Bad(
        BROWSES, event(price={"value": "cheap", "currency": "CNY"}), "wrong_type", "price.value"
    ),
    "in no currency": Bad(BROWSES, event(price={"value": 5, "currency": "Q1"}), "impossible_value", "price.currency"),
    "of a negative price": Bad(
        BROWSES, event(price={"value": -5, "currency": "CNY"}), "impossible_value", "price.value"
    ),
    "of no pieces": Bad(CLICKS, event(type="add_to_cart", quantity=0), "impossible_value", "quantity"),
    "from next week": Bad(BROWSES, event(occurred_at=NOW + 7 * 86_400_000), "impossible_value", "occurred_at"),
    "a purchase without lines": Bad(PURCHASES, event(**PURCHASE | {"lines": None}), "missing_field", "lines"),
    "a purchase without an order": Bad(PURCHASES, event(**PURCHASE | {"order_id": None}), "missing_field", "order_id"),
    "a line of nothing": Bad(
        PURCHASES, event(**PURCHASE | {"lines": [LINE, LINE | {"item_id": ""}]}), "missing_field", "lines[1].item_id"
    ),
    "a line in another currency": Bad(
        PURCHASES,
        event(**PURCHASE | {"lines": [LINE, LINE | {"price": {"value": 1, "currency": "USD"}}]}),
        "impossible_value",
        "lines[1].price.currency",
    ),
    "an outcome for a stranger": Bad(
        OUTCOMES,
        b'{"outcome_id":"x","trigger_id":"e1-0-1-0","user":"v1.kabc.xyz","status":"delivered","occurred_at":%d}' % NOW,
        "unknown_token",
        "user",
    ),
    "a consent to nothing": Bad(
        PRIVACY,
        b'{"request_id":"r","user_id":"u-1","kind":"consent","occurred_at":%d,"channels":{}}' % NOW,
        "missing_field",
        "channels",
    ),
    "no control record": Bad(CONTROL, b"\x93garbage", "unsupported_format", ""),
}


def send(settings: Settings, topic: str, values: list[bytes | None], partition: int = -1) -> list[Origin]:
    """Produce under the key of user u-1; where each stands now."""
    places: list[Origin] = []

    def note(error: KafkaError | None, message: Message) -> None:
        assert error is None
        places.append(Origin(topic, message.partition() or 0, message.offset() or 0))

    sender = producer(settings)
    for value in values:
        sender.produce(settings.topic(topic), value, b"u-1", partition, on_delivery=note, headers=HEADERS)
    assert sender.flush(20) == 0
    return places


def letters(settings: Settings) -> dict[str, DeadLetter]:
    """The dead letters by origin."""
    count = TOPICS[DEAD_LETTERS].partitions
    assert isinstance(count, int)
    values = [value for partition in range(count) for _, value, _ in written(settings, DEAD_LETTERS, partition)]
    found = [decode_json(value, DeadLetter) for value in values]
    return {letter.origin.text: letter for letter in found}


def test_what_cannot_be_taken_is_kept_with_its_reason(settings: Settings, start: Start) -> None:
    """Reason, field, place and bytes of every bad message; good ones before and after it are taken."""
    create_topics(settings)
    (before,) = send(settings, BROWSES, [event(event_id="before")])
    sent = {name: send(settings, bad.topic, [bad.value])[0] for name, bad in BAD.items()}
    send(settings, BROWSES, [event(event_id="after")], before.partition)
    send(settings, PURCHASES, [event(**PURCHASE)])
    intake = start("intake")
    wait_for(lambda: intake.metric("records_total", 'type="e"') == 3, f"good ones are taken: {intake.log}", seconds=40)
    wait_for(lambda: len(letters(settings)) == len(BAD), "every bad one is dead-lettered", seconds=20)
    assert sum(intake.metric("dead_letters_total", f'reason="{reason}"') for reason in REASONS) == len(BAD)
    assert intake.stop() == 0, intake.said()
    found = letters(settings)
    for name, bad in BAD.items():
        check(name, bad, found[sent[name].text])
    bodies = bodies_of(settings)
    assert [body.event_id for body in bodies if isinstance(body, EventTaken)].count("before") == 1
    assert {body.event_id for body in bodies if isinstance(body, EventTaken)} == {"before", "after", "p-1"}


def check(name: str, bad: Bad, letter: DeadLetter) -> None:
    """A letter says what was wrong, and holds what came."""
    assert (letter.reason, letter.field) == (bad.reason, bad.field), (name, letter.message)
    assert letter.message, name
    assert "\n" not in letter.message, name
    assert letter.value == ((bad.value or b"") if letter.whole else (bad.value or b"")[:KEPT]), name
    assert letter.whole == (bad.reason != "too_large"), name
    assert letter.key == b"u-1", name
    assert letter.headers == (("trace", b"00-4bf9"),), name
    assert letter.at >= NOW, name


POISON = (b"\xc1 no record", b"", None)


def test_poison_records_of_the_log_are_put_aside(settings: Settings, start: Start) -> None:
    """Decide dead-letters each with its offset, and the partition goes on, after a restart as well."""
    create_topics(settings)
    partition = partition_of(Tokens(settings.tokens().value).token("u-1"), settings.partitions)
    send(settings, BROWSES, [event(event_id="before")])
    intake, decide = start("intake"), start("decide", checkpoint_interval=1)
    wait_for(lambda: decide.metric("state_users") == 1, f"the first event is folded: {decide.log}", seconds=40)
    places = send(settings, USER_LOG, list(POISON), partition)
    send(settings, BROWSES, [event(event_id="after")])
    wait_for(lambda: decide.metric("records_total", 'type="e"') == 2, "the second event is folded", seconds=20)
    assert decide.metric("dead_letters_total", 'source="user-log"', 'reason="poison"') == len(POISON)
    found = letters(settings)
    for place, poison in zip(places, POISON, strict=True):
        letter = found[place.text]
        assert (letter.reason, letter.origin, letter.value) == ("poison", place, poison or b"")
    assert decide.stop() == intake.stop() == 0, decide.said()
    again = start("decide")
    wait_for(lambda: again.metric("records_total", 'type="e"') == 2, "it goes on from its checkpoint", seconds=40)
    assert again.stop() == 0, again.said()
    assert letters(settings) == found
