import numpy as np
import pyarrow as pa
import pytest

from agents.tables.numerals import numerals


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["1", " 2.5 ", "-3e2"], [1.0, 2.5, -300.0]),
        (["1,234", "12,345,678.5", "7"], [1234.0, 12345678.5, 7.0]),
        (["1,5", "1.234,50", "7"], [1.5, 1234.5, 7.0]),
        (["$10", "20 €", "5 %"], [10.0, 20.0, 5.0]),
        (["1", "", "n/a", None, "?"], [1.0, np.nan, np.nan, np.nan, np.nan]),
    ],
)
def test_numbers_are_read_in_the_way_of_their_column(texts: list[str | None], numbers: list[float]) -> None:
    """Thousands, a decimal comma, a currency's sign, and what stands for nothing."""
    found, odd = numerals(pa.array(texts))
    assert found is not None
    assert np.array_equal(found, numbers, equal_nan=True)
    assert odd == 0


def test_a_few_that_are_none_are_counted_and_many_make_categories() -> None:
    """One in twenty at most."""
    found, odd = numerals(pa.array(["1"] * 19 + ["x"]))
    assert found is not None
    assert odd == 1
    assert np.isnan(found[-1])
    assert numerals(pa.array(["1"] * 18 + ["x", "inf"])) == (None, 0)
    assert numerals(pa.array(["", None], pa.string())) == (None, 0)
