"""The catalogue in the decide fold: stock and costs come through the log, and everything else stays a law."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import decode_json, encode_msgpack
from schemas.decisions import Decision
from schemas.models import ModelSnapshot
from schemas.origins import Origin
from schemas.records import ItemTold, ModelActivated, Record
from schemas.topics import CATALOGUE, DECISIONS
from streams.catalogue.item import OUT, Item
from streams.catalogue.table import NAME
from streams.fold import DecideFold
from streams.folding import ModelMissing, Output
from streams.models.store import ModelStore
from tests.making.checkpoints import checkpoint
from tests.making.items import items_snapshot
from tests.making.logs import SETTINGS, START, LogMaker, activation, opening
from tests.making.stories import Story, on_favourite

LENGTH = 160
VERSIONS = [
    items_snapshot({f"i{number}": Item(START + at, 1, 0, 7900, 5000, number) for number in range(6)}, version)
    for version, at in ((START + 60_000, 0), (START + 8_000_000, 4_000_000))
]


def activated(snapshot: ModelSnapshot) -> Record:
    """From here on this snapshot holds."""
    body = ModelActivated(NAME, snapshot.version, snapshot.sha256)
    return Record(Origin(NAME, 0, snapshot.version), START, "", body)


def store() -> ModelStore:
    """With both snapshots."""
    models = ModelStore()
    for snapshot in VERSIONS:
        models.add(snapshot)
    return models


def log_of(seed: int) -> LogMaker:
    """A log in which items are told of all along, and two snapshots come into force."""
    made = LogMaker(seed, models=store())
    made.add(opening())
    made.add(activation())
    while len(made.records) < LENGTH:
        number = len(made.records)
        if number in (LENGTH // 3, LENGTH // 2):
            made.add(activated(VERSIONS[number // (LENGTH // 2)]))
        if number % 5 == 0:
            item, at = f"i{made.random.randrange(6)}", made.records[-1].timestamp - made.random.choice((0, 10**6))
            stock, cost = made.random.choice(((0, None), (3, None), (None, 4000)))
            body = ItemTold(item, at, made.random.random() < 0.3, price=7900, cost=cost, stock=stock)
            made.add(Record(Origin(CATALOGUE, 0, number), at, "", body))
        made.step()
    return made


def decisions(outputs: list[Output]) -> list[Decision]:
    """What was decided."""
    return [decode_json(output.value, Decision) for output in outputs if output.topic == DECISIONS]


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), cuts=st.lists(st.integers(0, LENGTH), max_size=4))
def test_splits_and_restores_change_nothing(seed: int, cuts: list[int]) -> None:
    """With stock, costs and snapshots changing amid the log: the same outputs and the same state."""
    made = log_of(seed)
    fold, outputs, users = DecideFold(0, SETTINGS, store()), list[Output](), dict[bytes, bytes]()
    for low, high in pairwise(sorted({0, len(made.records), *cuts})):
        fold.fold(made.records[low:high], outputs)
        head = checkpoint(fold, users)
        fold = DecideFold(0, SETTINGS, store())
        fold.restore(head, users.items())
    assert outputs == made.outputs
    assert fold.cut() == made.fold.cut()


def test_the_made_logs_refuse_for_stock_and_know_costs() -> None:
    """Else the law above would be about nothing."""
    made = [decision for seed in range(12) for decision in decisions(log_of(seed).outputs)]
    assert sum(decision.gates[-1].name == "stock" for decision in made if decision.result == "refused") > 3
    assert {decision.versions.get(NAME) for decision in made} == {None, *(str(v.version) for v in VERSIONS)}
    assert len({decision.margin_rate for decision in made if decision.costs_known}) > 3


class Shop(Story):
    """A story with a catalogue."""

    def tells(self, item: str, *, whole: bool = False, **fields: Any) -> None:
        """The platform on an item."""
        self.say("", ItemTold(item, self.at, whole, **fields))

    def liked(self, user: str, item: str = "shoes") -> Decision:
        """What is decided when a consenting customer likes it."""
        self.consents(user, push=True)
        self.happens(user, "favourite", item=item)
        return self.decisions()[-1]


def refused_by(decision: Decision) -> str:
    """The gate that said no; empty where none did."""
    return decision.gates[-1].name if decision.result == "refused" else ""


def test_what_is_out_is_not_promoted_until_it_is_back() -> None:
    """Nothing is asked of items that nobody told of; the gate names the item and what it found."""
    shop = Shop(on_favourite())
    assert refused_by(shop.liked("a")) == ""
    shop.tells("shoes", stock=OUT)
    refused = shop.liked("b")
    assert refused_by(refused) == "stock"
    assert refused.gates[-1].value == "shoes: out of stock"
    assert [gate.name for gate in refused.gates][-2:] == ["eligibility", "stock"]
    assert refused_by(shop.liked("c", "socks")) == ""
    shop.tells("shoes", stock=4)
    promoted = shop.liked("d")
    assert refused_by(promoted) == ""
    assert {gate.name: gate.value for gate in promoted.gates}["stock"] == "shoes: 4 pieces"


def test_the_margin_is_price_less_cost_where_the_cost_is_known() -> None:
    """Else the campaign's rate; the record says which, and candidates are valued by it."""
    shop = Shop(on_favourite())
    plain = shop.liked("a")
    assert (plain.margin_rate, plain.costs_known) == (0.3, 0.0)
    shop.tells("shoes", whole=True, price=10_000, cost=4_000)
    known = shop.liked("b")
    assert (known.margin_rate, known.costs_known) == (0.6, 1.0)
    assert known.candidates[-1].margin == pytest.approx(2 * plain.candidates[-1].margin)
    shop.consents("c", push=True)
    shop.happens("c", "add_to_cart", item="shoes", price=8_000)
    shop.happens("c", "add_to_cart", item="hat", price=2_000)
    mixed = shop.liked("c", "hat")
    assert mixed.margin_rate == pytest.approx((4_000 + 0.3 * 2_000) / 10_000)
    assert mixed.costs_known == pytest.approx(0.8)


def test_what_a_purchase_earned_is_its_prices_less_its_costs() -> None:
    """Net of the message; a refund takes back what it had earned."""
    shop = Shop(on_favourite())
    shop.tells("shoes", price=10_000, cost=4_000)
    for user, kinds in (("a", ["purchase"]), ("b", ["purchase", "refund"]), ("c", [])):
        shop.liked(user)
        for kind in kinds:
            shop.happens(user, kind, item="shoes", price=9_000)
    shop.happens("a", "purchase", item="hat", price=1_000)
    shop.waits(500)
    margins = {closed.user: closed.margin + closed.cost + closed.discount for closed in shop.closed()}
    assert margins == {"a": 5_000 + 300, "b": 0, "c": 0}


def test_a_repeat_is_dropped_by_its_origin_and_an_older_word_by_its_time() -> None:
    """So intake may repeat, and a slow partition of the platform's undoes nothing."""
    shop = Shop(on_favourite())
    shop.tells("shoes", stock=OUT)
    out = Record(Origin("story", 0, shop._offset - 1), shop.at, "", ItemTold("shoes", shop.at, False, stock=OUT))
    shop.tells("shoes", stock=4)
    shop._add(out)
    shop.say("", ItemTold("shoes", shop.at - 1, False, stock=OUT))
    assert refused_by(shop.liked("a")) == ""
    counters = shop.fold.counters()
    assert counters["duplicates_total|story"] == 1
    assert counters["catalogue_changes_total|taken"] == 2
    assert counters["catalogue_changes_total|late"] == 1


def test_a_snapshot_that_is_not_at_hand_holds_the_partition() -> None:
    """Its stock and costs are never replaced by a guess, and nothing has changed until it comes."""
    shop = Shop(on_favourite())
    before = shop.fold.cut()
    with pytest.raises(ModelMissing, match=f"{NAME}@{VERSIONS[0].version}"):
        shop._add(activated(VERSIONS[0]))
    assert shop.fold.cut() == before
    shop._offset -= 1
    shop.fold._models.add(VERSIONS[0])
    shop._add(activated(VERSIONS[0]))
    assert refused_by(shop.liked("a", "i0")) == "stock"
    assert shop.decisions()[-1].versions == {NAME: str(VERSIONS[0].version)}


def test_a_snapshot_makes_room_and_tells_its_age() -> None:
    """What it knows leaves the state; the catalogue is as old as the newest word."""
    shop = Shop(on_favourite())
    shop.tells("i1", stock=OUT)
    assert shop.fold.state.items_at == START
    shop.fold._models.add(VERSIONS[1])
    shop._add(activated(VERSIONS[1]))
    assert shop.fold.state.items == {}
    assert shop.fold.state.items_at == START + 4_000_000
    assert shop.fold.state.config_versions()[NAME] == VERSIONS[1].version
    assert shop.fold.trained_until() == {}


def test_a_whole_item_leaves_no_field_as_it_was() -> None:
    """A change does: what it does not name stays."""
    shop = Shop(on_favourite())
    shop.tells("shoes", whole=True, price=10_000, cost=4_000, stock=OUT)
    shop.tells("shoes", price=8_000)
    assert refused_by(shop.liked("a")) == "stock"
    shop.tells("shoes", whole=True, price=10_000)
    assert shop.liked("b").costs_known == 0.0


def test_views_that_no_campaign_is_concerned_by_ask_nothing_of_the_catalogue() -> None:
    """A large catalogue costs an event nothing."""
    shop = Shop(on_favourite())
    items = shop.fold._scoring.items
    asked: list[int] = []

    class Counting:
        as_of = 0

        def get(self, mark: int) -> Item | None:
            asked.append(mark)
            return items.get(mark)

    shop.fold._scoring.items = Counting()  # type: ignore[assignment] # only asked
    shop.happens("a", "view", item="shoes")
    shop.happens("a", "add_to_cart", item="shoes", price=5)
    assert asked == []
    shop.liked("a")
    assert asked
    assert encode_msgpack(shop.fold.state.items) == encode_msgpack({})
