"""What is told of items, as intake takes it: into every partition, one number for the stock."""

from collections import Counter

import msgspec
import pytest

from schemas.codec import decode_json, decode_record, encode_msgpack
from schemas.dead_letters import DeadLetter
from schemas.origins import Origin
from schemas.records import ItemTold
from schemas.redrives import Redrive
from schemas.topics import CATALOGUE, DEAD_LETTERS, REDRIVES, USER_LOG
from streams.catalogue.item import OUT, UNCOUNTED
from streams.intake.fold import IntakeFold, IntakeOutput, IntakeSettings, SourceRecord
from streams.intake.redriving import TAKEN_AGAIN
from streams.intake.taking import Taken, Taker
from streams.intake.tokens import Tokens
from streams.intake.validation import Rejection
from tests.making.events import AT

KEY = bytes(64)
PLAIN = {"item_id": "i-1", "kind": "item", "occurred_at": AT}
CNY, EUR = {"value": 990, "currency": "CNY"}, {"value": 120, "currency": "EUR"}


def take(**fields: object) -> Taken | Rejection:
    """A message on ``catalogue``."""
    return Taker(Tokens(KEY)).take(CATALOGUE, msgspec.json.encode(PLAIN | fields), (), AT + 1)


def told(**fields: object) -> ItemTold:
    """What the log gets to know."""
    taken = take(**fields)
    assert isinstance(taken, Taken), taken
    assert isinstance(taken.body, ItemTold)
    return taken.body


def test_an_item_is_nobodys_record() -> None:
    """It belongs to no customer; what is not told is None."""
    taken = take(category="shoes", price=CNY, cost={"value": 500, "currency": "cny"})
    assert taken == (AT, "", ItemTold("i-1", AT, True, "shoes", None, 990, 500, None))


@pytest.mark.parametrize(
    ("fields", "stock"),
    [
        ({"pieces": 3}, 3),
        ({"pieces": 0}, OUT),
        ({"pieces": -2}, OUT),
        ({"stock": "in_stock"}, UNCOUNTED),
        ({"stock": "in_stock", "pieces": 4}, 4),
        ({"stock": "in_stock", "pieces": 0}, UNCOUNTED),
        ({"stock": "out_of_stock", "pieces": 4}, OUT),
        ({"price": CNY}, None),
    ],
)
def test_state_and_pieces_are_one_number(fields: dict[str, object], stock: int | None) -> None:
    """The state says whether it can be bought (reserved pieces cannot, ordered ones can); oversold is out."""
    assert told(kind="change", **fields).stock == stock


@pytest.mark.parametrize(
    ("fields", "reason", "field"),
    [
        ({"item_id": " "}, "missing_field", "item_id"),
        ({"item_id": "i" * 300}, "impossible_value", "item_id"),
        ({"kind": "change"}, "missing_field", "stock"),
        ({"kind": "change", "brand": "x"}, "missing_field", "stock"),
        ({"kind": "sale"}, "impossible_value", "kind"),
        ({"stock": "some"}, "impossible_value", "stock"),
        ({"pieces": 1.5}, "wrong_type", "pieces"),
        ({"pieces": UNCOUNTED}, "impossible_value", "pieces"),
        ({"price": {"value": -1, "currency": "CNY"}}, "impossible_value", "price.value"),
        ({"cost": {"value": 1, "currency": "Yuan"}}, "impossible_value", "cost.currency"),
        ({"price": CNY, "cost": EUR}, "impossible_value", "cost.currency"),
        ({"occurred_at": 7}, "impossible_value", "occurred_at"),
        ({"occurred_at": None}, "wrong_type", "occurred_at"),
    ],
)
def test_what_is_wrong_is_refused_with_its_field(fields: dict[str, object], reason: str, field: str) -> None:
    """One reason and one field; the sentence begins with it."""
    refused = take(**fields)
    assert isinstance(refused, Rejection)
    assert (refused.reason, refused.field) == (reason, field)
    assert field in refused.message


def folded(topic: str, value: bytes) -> tuple[list[IntakeOutput], IntakeFold]:
    """One message through the fold of a log with three partitions."""
    fold = IntakeFold(IntakeSettings(token_key=KEY, partitions=3, clock="arrival"))
    return fold.fold(topic, 0, (SourceRecord(11, AT, b"i-1", value),), AT), fold


def test_every_partition_gets_the_same_record() -> None:
    """With the message's own place as its origin, so that repeats are told; a refused one is one dead letter."""
    outputs, fold = folded(CATALOGUE, msgspec.json.encode(PLAIN | {"pieces": 2}))
    copies = [o for o in outputs if o.topic == USER_LOG and decode_record(o.value).body.__class__ is ItemTold]
    assert [o.partition for o in copies] == [0, 1, 2]
    assert len({o.value for o in copies}) == 1
    assert decode_record(copies[0].value).origin == Origin(CATALOGUE, 0, 11)
    assert fold.counters()["accepted_total|catalogue"] == 1
    outputs, _ = folded(CATALOGUE, b"{}")
    letters = [decode_json(o.value, DeadLetter) for o in outputs if o.topic == DEAD_LETTERS]
    assert [(letter.reason, letter.field) for letter in letters] == [("missing_field", "item_id")]


def test_a_dead_letter_of_the_catalogue_can_be_taken_again() -> None:
    """By every partition; it is dated by its own time, so what came meanwhile stays."""
    assert CATALOGUE in TAKEN_AGAIN
    value = msgspec.json.encode(PLAIN | {"pieces": 2})
    outputs, _ = folded(REDRIVES, encode_msgpack(Redrive(Origin(CATALOGUE, 1, 5), 1, b"i-1", value, ())))
    bodies = Counter(type(decode_record(o.value).body) for o in outputs if o.topic == USER_LOG)
    assert bodies[ItemTold] == 3
