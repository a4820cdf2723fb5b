"""The forecast of demand in the decide fold: campaigns ask for overstock and for what is about to run out."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from schemas.campaigns import Campaign, Condition, When
from schemas.hourly import HOUR
from schemas.models import ModelSnapshot
from schemas.origins import Origin
from schemas.records import ItemTold, ModelActivated, Record
from schemas.topics import CATALOGUE, HOURLY_COUNTS
from streams.campaigns.parsing import parse_campaign
from streams.catalogue.item import UNCOUNTED, Item
from streams.demand.served import NAME, DemandForecast
from streams.features.catalogue import CATALOGUE as FEATURES
from streams.features.catalogue import NEVER, UNKNOWN_DAYS
from streams.features.demand import days_of_stock
from streams.features.values import View, value
from streams.fold import DecideFold
from streams.folding import ModelMissing, Output
from streams.models.store import ModelStore
from streams.profiles.user import User, mark
from tests.making.checkpoints import Entries, checkpoint
from tests.making.forecasts import forecast_of
from tests.making.logs import SETTINGS, START, LogMaker, activation, campaign, opening
from tests.making.stories import Story

LENGTH = 160
SELLS = {mark("slow"): 0.5, mark("fast"): 20.0}
FORECAST = forecast_of({"shoes": [48.0] * 168}, {"shoes": 24.0}, SELLS, first=START // HOUR)
"""Shoes will sell twice as well as of late, their items with them."""
EXAMPLE = Path("deploy/examples/campaigns/stock/overstock-clearance.yaml")
DEMANDED = campaign(
    "demanded", When(event="view", where=Condition(feature="demand.category_24h", op=">=", value=40.0)), per_user=None
)


def activated(snapshot: ModelSnapshot) -> Record:
    """From here on this forecast holds."""
    body = ModelActivated(NAME, snapshot.version, snapshot.sha256)
    return Record(Origin(HOURLY_COUNTS, 0, snapshot.version), START, "", body)


def test_days_of_stock_are_pieces_over_what_sells() -> None:
    """By the item's rate as its category moves; what does not sell lasts for ever, what is out not at all."""
    demand, shoes = DemandForecast.from_snapshot(FORECAST), mark("shoes")
    days = {stock: days_of_stock(demand, mark("fast"), shoes, Item(0, stock=stock)) for stock in (0, 10, 400)}
    assert days == {0: 0.0, 10: 0.25, 400: 10.0}
    assert days_of_stock(demand, mark("slow"), shoes, Item(0, stock=400)) == 400.0
    assert days_of_stock(demand, mark("slow"), 0, Item(0, stock=400)) == 800.0
    assert days_of_stock(demand, mark("unsold"), shoes, Item(0, stock=1)) == NEVER


@pytest.mark.parametrize("item", [None, Item(0), Item(0, stock=UNCOUNTED)])
def test_what_nobody_knows_is_neither_too_much_nor_too_little(item: Item | None) -> None:
    """An item that was not told of, or not counted; and before there is a forecast."""
    demand = DemandForecast.from_snapshot(FORECAST)
    assert days_of_stock(demand, mark("fast"), mark("shoes"), item) == UNKNOWN_DAYS
    assert value(View(User(), START, "fast", "shoes"), "item.days_of_stock") == UNKNOWN_DAYS
    assert value(View(User(), START, "fast", "shoes"), "demand.category_24h") == 0.0
    assert "30 where" in FEATURES["item.days_of_stock"].meaning


class Shop(Story):
    """A story with a catalogue and a forecast."""

    def tells(self, item: str, stock: int, category: str | None = "shoes") -> None:
        """The platform on an item."""
        self.say("", ItemTold(item, self.at, True, category, None, 10_000, 4_000, stock))

    def brings(self, snapshot: ModelSnapshot) -> None:
        """A forecast comes into force."""
        self.fold._models.add(snapshot)
        self.say("", ModelActivated(snapshot.name, snapshot.version, snapshot.sha256))

    def looks_twice(self, user: str, item: str, category: str = "shoes") -> int:
        """How many decisions that opens."""
        before = len(self.decisions())
        self.consents(user, push=True)
        for _ in range(2):
            self.happens(user, "view", item=item, category=category)
        return len(self.decisions()) - before


def example() -> Campaign:
    """The campaign that is shipped."""
    parsed = parse_campaign(EXAMPLE.read_text(encoding="utf-8"), EXAMPLE.name).campaign
    assert parsed is not None
    return structs.replace(parsed, experiment=structs.replace(parsed.experiment, holdout=0.0))


def test_the_shipped_campaign_promotes_what_there_is_too_much_of() -> None:
    """And neither what sells, nor what nobody counted, nor anything before there is a forecast."""
    shop = Shop(example())
    for item, stock in (("slow", 400), ("fast", 400), ("uncounted", UNCOUNTED)):
        shop.tells(item, stock)
    assert shop.looks_twice("a", "slow") == 0
    shop.brings(FORECAST)
    assert shop.looks_twice("b", "slow") == 1
    assert shop.looks_twice("c", "fast") == 0
    assert shop.looks_twice("d", "uncounted") == 0
    assert shop.decisions()[-1].versions == {NAME: "1"}


def test_the_category_of_a_view_without_one_is_the_items() -> None:
    """As the catalogue tells it."""
    shop = Shop(DEMANDED)
    shop.tells("fast", 10)
    shop.brings(FORECAST)
    assert shop.looks_twice("a", "fast", category="") == 2
    assert shop.looks_twice("b", "hat", category="") == 0


def test_a_forecast_that_is_not_at_hand_holds_the_partition() -> None:
    """It is never replaced by an older one or by none, and its age is told once it is in force."""
    shop = Shop(DEMANDED)
    with pytest.raises(ModelMissing, match="forecast@1"):
        shop._add(activated(FORECAST))
    shop._offset -= 1
    shop.brings(FORECAST)
    assert shop.fold.trained_until() == {NAME: FORECAST.trained_until}


def store() -> ModelStore:
    """With two versions."""
    models = ModelStore()
    for version in (1, 2):
        models.add(version_of(version))
    return models


def version_of(version: int) -> ModelSnapshot:
    """A forecast of the made logs' categories and items; the second version turns them about."""
    rates = {mark(f"i{n}"): 0.1 + (n if version == 1 else 5 - n) for n in range(6)}
    days = {"c0": [float(hour) for hour in range(168)], "c1": [90.0] * 168}
    return forecast_of(days, {"c0": 20.0, "c1": 30.0}, rates, first=START // HOUR, version=version)


ASKING = campaign(
    "asking",
    When(
        event="view",
        where=Condition(
            all=(
                Condition(feature="item.days_of_stock", op=">=", value=2.0),
                Condition(feature="demand.category_24h", op=">=", value=10.0),
            )
        ),
    ),
    per_user=None,
)


def log_of(seed: int) -> LogMaker:
    """A log in which stock changes all along, and two forecasts come into force."""
    made = LogMaker(seed, models=store())
    made.add(opening())
    made.add(activation(ASKING))
    coming = [LENGTH // 4, LENGTH // 2]
    while len(made.records) < LENGTH:
        number = len(made.records)
        if coming and number >= coming[0]:
            made.add(activated(version_of(3 - len(coming))))
            coming.pop(0)
        if number % 5 == 0:
            at = made.records[-1].timestamp
            body = ItemTold(f"i{made.random.randrange(6)}", at, False, stock=made.random.choice((0, 3, 60)))
            made.add(Record(Origin(CATALOGUE, 0, number), at, "", body))
        made.step()
    return made


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), cuts=st.lists(st.integers(0, LENGTH), max_size=4))
def test_splits_and_restores_change_nothing(seed: int, cuts: list[int]) -> None:
    """With conditions on stock and demand, and forecasts changing amid the log: the same outputs and the same state."""
    made = log_of(seed)
    outputs, head, users = list[Output](), None, Entries()
    for low, high in pairwise(sorted({0, len(made.records), *cuts})):
        fold = DecideFold(0, SETTINGS, store())
        fold.restore(head, users.items())
        fold.fold(made.records[low:high], outputs)
        head = checkpoint(fold, users)
    assert outputs == made.outputs
    assert head == made.fold.cut()


def test_the_made_logs_are_decided_by_demand() -> None:
    """Else the law above would be about nothing."""
    made = [log_of(seed) for seed in range(8)]
    versions = [log.fold.state.models[NAME].version for log in made]
    assert set(versions) == {2}
    assert sum(output.topic == "decisions" for log in made for output in log.outputs) > 10
