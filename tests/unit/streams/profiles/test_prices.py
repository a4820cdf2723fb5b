"""Choices beside the level of their category."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from streams.features.values import View, value
from streams.profiles.prices import KNOWN_AFTER, MAX_LEVELS, Levels, appraise
from streams.profiles.user import User
from tests.making.events import AT, taken


def put(levels: Levels, user: User, price: int, category: str = "c") -> None:
    """Something goes into the cart."""
    appraise(levels, user, taken("add_to_cart", category=category, price=price))


def shop_of(price: int) -> Levels:
    """A shop whose customers put things at that price into the cart."""
    levels: Levels = {}
    for _ in range(50):
        put(levels, User(), price)
    return levels


def seen(user: User, name: str) -> float:
    """A feature of the user."""
    return float(value(View(user, AT), name))


def test_who_chooses_half_the_price_is_told_from_who_chooses_double() -> None:
    """By ratio and by share, shrunk towards the middle by five choices; who chose nothing stands in it."""
    levels, thrifty, lavish = shop_of(10_000), User(), User()
    for _ in range(20):
        appraise(levels, thrifty, taken("purchase", category="c", price=5_000))
        appraise(levels, lavish, taken("purchase", category="c", price=20_000))
    assert seen(thrifty, "price.ratio") == pytest.approx(0.5 ** (20 / 25))
    assert seen(lavish, "price.ratio") == pytest.approx(2.0 ** (20 / 25))
    assert seen(thrifty, "price.under_level_share") == (20 + 2.5) / 25
    assert seen(lavish, "price.under_level_share") == 2.5 / 25
    assert (seen(User(), "price.ratio"), seen(User(), "price.under_level_share")) == (1.0, 0.5)


def test_a_choice_is_judged_by_the_level_before_it() -> None:
    """And not at all while the level is of fewer than five prices."""
    user = User()
    levels: Levels = {}
    for _ in range(KNOWN_AFTER):
        put(levels, user, 10_000)
    assert user.choices == 0
    put(levels, user, 9_999)
    assert seen(user, "price.under_level_share") == (1 + 2.5) / 6


@pytest.mark.parametrize("fields", [{"price": -1}, {"price": 0}, {"category": ""}])
def test_what_has_no_price_or_category_says_nothing(fields: dict[str, Any]) -> None:
    """Missing stays missing."""
    levels, user = shop_of(10_000), User()
    for kind in ("add_to_cart", "purchase"):
        event = structs.replace(taken(kind, price=100), **fields)
        lines = tuple(structs.replace(line, **fields) for line in event.lines)
        appraise(levels, user, structs.replace(event, lines=lines))
    assert (user.choices, user.price_off) == (0, 0.0)


def test_levels_stay_capped_and_the_oldest_goes() -> None:
    """However many categories a shop, or a bot, comes up with."""
    levels: Levels = {}
    for number in range(MAX_LEVELS + 10):
        put(levels, User(), 1_000, category=f"c{number}")
        first = next(iter(levels))
    assert len(levels) == MAX_LEVELS
    put(levels, User(), 1_000, category="new")
    assert first not in levels


@given(st.lists(st.tuples(st.sampled_from(("add_to_cart", "purchase")), st.integers(1, 10**12)), max_size=100))
def test_no_price_rules_the_mean(choices: list[tuple[str, int]]) -> None:
    """The ratio stays within e^3 either way, whatever is chosen."""
    levels, user = shop_of(10_000), User()
    for kind, price in choices:
        appraise(levels, user, taken(kind, category="c", price=price))
    assert 0.04 < seen(user, "price.ratio") < 21
    assert 0 < seen(user, "price.under_level_share") < 1
