"""What is kept of an order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.catalogue.item import Item, ItemChange
from streams.catalogue.items import NO_WORD, Items
from streams.catalogue.margins import Margin, margin_of
from tests.making.items import item_table

ITEMS = Items({2: ItemChange(9, cost=900)}, item_table({"shoes": Item(1, price=400, cost=300)}))
PRICE = st.integers(0, 10**9)


def test_the_margin_by_hand() -> None:
    """Two of 1,000 that cost 900 each, and one of 500 whose cost nobody told."""
    assert margin_of([(2, 2, 1000), (7, 1, 500)], ITEMS, 0.4) == Margin((200 + 200) / 2500, 2000 / 2500)


def test_a_line_without_a_price_and_an_empty_order_tell_nothing() -> None:
    """Then the campaign's rate stands."""
    assert margin_of([(2, 2, -1)], ITEMS, 0.4) == margin_of([], ITEMS, 0.4) == Margin(0.4, 0.0)


def test_a_gift_costs_what_it_costs() -> None:
    """It takes from the margin of what it comes with."""
    assert margin_of([(2, 1, 0), (7, 1, 1000)], ITEMS, 0.4).rate == pytest.approx((400 - 900) / 1000)


@given(st.lists(st.tuples(st.sampled_from([2, 7]), st.integers(1, 9), PRICE), max_size=5), st.floats(0, 1))
def test_without_known_costs_every_order_has_the_campaigns_rate(lines: list[tuple[int, int, int]], rate: float) -> None:
    """And with them the rate lies between that of the known part and the campaign's."""
    assert margin_of(lines, NO_WORD, rate).rate == pytest.approx(rate, abs=1e-12)
    assert margin_of(lines, NO_WORD, rate).known == 0
    assert 0 <= margin_of(lines, ITEMS, rate).known <= 1
