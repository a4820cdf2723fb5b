from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.histories.mapping import PriceColumn, TimeColumn, TypeColumn
from agents.histories.values import Unfit, number, price_of, text, time_of, type_of
from schemas.money import Money

MOMENT = 1_569_888_002_000


@pytest.mark.parametrize(
    ("form", "cell"),
    [
        ("seconds", "1569888002"),
        ("seconds", 1_569_888_002.0),
        ("milliseconds", "1569888002000"),
        ("%Y-%m-%d %H:%M:%S UTC", "2019-10-01 00:00:02 UTC"),
        ("%Y-%m-%dT%H:%M:%S%z", "2019-10-01T08:00:02+08:00"),
        ("milliseconds", datetime(2019, 10, 1, 0, 0, 2, tzinfo=UTC)),
        ("milliseconds", datetime(2019, 10, 1, 0, 0, 2)),  # noqa: DTZ001 - Parquet gives such; they are UTC
    ],
)
def test_times_of_every_form_become_milliseconds(form: str, cell: Any) -> None:
    """Without a zone it is UTC."""
    assert time_of(TimeColumn(column="t", format=form))(cell) == MOMENT


def test_a_day_is_its_first_moment() -> None:
    """Parquet's dates have no time."""
    assert time_of(TimeColumn(column="t"))(date(2019, 10, 1)) == MOMENT - 2000


@pytest.mark.parametrize(
    ("form", "cell", "said"),
    [
        ("seconds", "1569888002000", '"milliseconds" would fit'),
        ("milliseconds", "2019-10-01 00:00:02", '"%Y-%m-%d %H:%M:%S" would fit'),
        ("%Y-%m-%d", "01.10.2019 00:00:02", '"%d.%m.%Y %H:%M:%S" would fit'),
        ("seconds", "soon", 'not a time of format "seconds"'),
        ("seconds", "1e999999", "not a time"),
        ("seconds", "nan", "not a time"),
        ("seconds", None, "a time is required"),
    ],
)
def test_a_time_that_does_not_fit_is_told_what_would(form: str, cell: Any, said: str) -> None:
    """The sentence goes into the mapping's error or the row's dead letter."""
    with pytest.raises(Unfit, match=said):
        time_of(TimeColumn(column="t", format=form))(cell)


@given(cents=st.integers(0, 10**9))
def test_a_price_is_exact(cents: int) -> None:
    """No binary fraction comes between the text and the minor units."""
    price = price_of(PriceColumn(column="p", currency="USD"))
    assert price(f"{cents // 100}.{cents % 100:02}") == Money(cents, "USD")
    assert price(Decimal(cents) / 100) == Money(cents, "USD")


def test_a_price_follows_its_currency_and_unit() -> None:
    """Yen have no decimals; minor units stay; an empty cell is an unknown price."""
    assert price_of(PriceColumn(column="p", currency="JPY"))("199") == Money(199, "JPY")
    assert price_of(PriceColumn(column="p", currency="USD", unit="minor"))("199") == Money(199, "USD")
    assert price_of(PriceColumn(column="p", currency="USD"))(None) is None


@pytest.mark.parametrize("cell", ["N/A", "nan", "inf", "1e999999", "1,50"])
def test_a_price_that_is_none_is_told_so(cell: str) -> None:
    """Not guessed, not rounded, not huge."""
    with pytest.raises(Unfit, match="would fit"):
        price_of(PriceColumn(column="p", currency="USD"))(cell)


def test_types_are_translated_or_named_as_missing() -> None:
    """Without a table the column must hold event types."""
    assert type_of(TypeColumn(column="t", values={"pv": "view"}))("pv") == "view"
    assert type_of(TypeColumn(column="t"))("view") == "view"
    for column, cell in ((TypeColumn(column="t", values={"pv": "view"}), "buy"), (TypeColumn(column="t"), "pv")):
        with pytest.raises(Unfit, match=r"columns\.type\.values"):
            type_of(column)(cell)


def test_ids_are_texts_and_quantities_whole_numbers() -> None:
    """Parquet gives numbers, and floats where a column has gaps."""
    assert [text(cell) for cell in (7, 7.0, "7", "", None)] == ["7", "7", "7", None, None]
    assert [number(cell) for cell in ("2", 2.0, None)] == [2, 2, None]
    for cell in ("2.5", "two", "1e99"):
        with pytest.raises(Unfit):
            number(cell)
