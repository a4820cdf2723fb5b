"""Rates by name forget slowly and keep the strongest."""

import pytest

from streams.demand.rates import HALF_LIFE, Rates


def test_a_steady_sale_is_its_rate() -> None:
    """From the first hour on, however long it goes on, holes in the hours included."""
    rates: Rates[str] = Rates()
    for hour in [*range(50), *range(400, 900)]:
        rates.learn(hour, {"a": 2, "b": 0}, 10)
        assert rates.daily("a") == pytest.approx(48.0)
    assert "b" not in rates.pieces
    assert rates.daily("never") == 0.0


def test_what_sold_long_ago_counts_half_every_two_weeks() -> None:
    """So an item that no longer sells comes to have stock for ever longer."""
    rates: Rates[int] = Rates()
    rates.learn(0, {1: 8}, 10)
    before = rates.pieces[1]
    rates.learn(int(HALF_LIFE), {}, 10)
    assert rates.pieces[1] == before / 2


def test_the_strongest_stay() -> None:
    """Of equals the first by name, whatever the order in which they came."""
    one, other = Rates[str](), Rates[str]()
    one.learn(0, {"c": 1, "a": 5, "b": 1}, 2)
    other.learn(0, {"b": 1, "c": 1, "a": 5}, 2)
    assert set(one.pieces) == set(other.pieces) == {"a", "b"}
    assert one.full
    assert one.strongest(1) == ["a"]
