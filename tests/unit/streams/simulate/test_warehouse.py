"""The simulated shop's catalogue."""

from collections import Counter

import pytest

from schemas.catalogue import CatalogueItem
from schemas.codec import decode_json
from schemas.topics import CATALOGUE
from streams.simulate.assortment import CATEGORIES, ITEMS_PER_CATEGORY
from streams.simulate.settings import ShopSettings
from streams.simulate.shop import Shop

START, DAY = ShopSettings().start_ms, 86_400_000
ITEMS = len(CATEGORIES) * ITEMS_PER_CATEGORY


def told(days: int, **given_settings: float) -> list[CatalogueItem]:
    """What the platform tells of its items."""
    shop = Shop(ShopSettings(customers=1, **given_settings), lambda user: user)  # type: ignore[arg-type] # floats alone
    messages = [message for message in shop.step(START + days * DAY) if message.topic == CATALOGUE]
    items = [decode_json(message.value, CatalogueItem) for message in messages]
    assert [item.item_id.encode() for item in items] == [message.key for message in messages]
    assert [item.occurred_at for item in items] == [message.at for message in messages]
    return items


def test_every_item_is_told_of_at_the_start() -> None:
    """With a cost under its price, by a margin of 30 % on average."""
    items = told(0)
    assert len({item.item_id for item in items}) == len(items) == ITEMS
    margins = [1 - item.cost.value / item.price.value for item in items if item.cost and item.price]
    assert min(margins) > 0.1
    assert sum(margins) / ITEMS == pytest.approx(0.3, abs=0.01)


def test_items_run_out_and_come_back_in_turn() -> None:
    """About as many are out at any time as the settings say."""
    states: dict[str, bool] = {}
    changes: Counter[str] = Counter()
    for item in told(60, outages=0.2):
        out = item.pieces == 0 if item.kind == "item" else item.stock == "out_of_stock"
        assert out != states.get(item.item_id, not out)
        states[item.item_id] = out
        changes[item.kind] += 1
    assert 0.1 < sum(states.values()) / ITEMS < 0.3
    assert changes["change"] == pytest.approx(60 * ITEMS * 2 / 5, rel=0.1)


def test_without_outages_nothing_is_ever_out() -> None:
    """And nothing is told but the beginning."""
    items = told(30, outages=0.0)
    assert len(items) == ITEMS
    assert all(item.pieces for item in items)


def test_the_catalogue_changes_nothing_about_who_does_what() -> None:
    """What customers do has draws of its own."""
    plain, without = (
        Shop(ShopSettings(customers=20, outages=share), str).step(START + 5 * DAY) for share in (0.3, 0.0)
    )
    assert [m for m in plain if m.topic != CATALOGUE] == [m for m in without if m.topic != CATALOGUE]
    assert len(plain) > len(without)
