from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pytest

from agents.tables.moments import moments, no_moment, of_numbers

AT = 1_793_500_681.0


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-01T02:38:01Z",
        "2026-11-01T04:38:01+02:00",
        "2026-11-01 02:38:01 UTC",
        "2026-11-01 02:38:01",
        "01.11.2026 02:38:01",
        "2026/11/01 02:38:01",
        "2026/11/01 02:38:01 AM",
        "01 Nov 2026 02:38:01",
        "Sun, 01 Nov 2026 03:38:01 +0100",
    ],
)
def test_a_moment_is_seconds_since_1970(text: str) -> None:
    """With its zone, or as UTC; missing ones are NaN."""
    found = moments(pa.array([text, None, text, " "]))
    assert found is not None
    assert np.array_equal(found, [AT, np.nan, AT, np.nan], equal_nan=True)


def test_zones_may_differ_from_row_to_row() -> None:
    """Each counts by its own."""
    found = moments(pa.array(["2026-11-01T02:38:01Z", "2026-11-01T02:38:01-01:00", "2026-11-01"]))
    assert found is not None
    assert found.tolist() == [AT, AT + 3600.0, AT - AT % 86400.0]


def test_days_and_months_that_cannot_be_told_apart_are_no_moments() -> None:
    """Unless one of them shows which comes first."""
    assert moments(pa.array(["03/04/2026", "05/06/2026"])) is None
    found = moments(pa.array(["03/04/2026", "05/16/2026"]))
    assert found is not None
    assert datetime.fromtimestamp(found[0], tz=UTC).month == 3


def test_columns_of_dates_and_of_other_things() -> None:
    """Parquet's own types, and text that is none."""
    found = moments(pa.array([date(2026, 11, 1), None]))
    assert found is not None
    assert found[0] == AT - AT % 86400.0
    assert moments(pa.array(["a", "b"])) is None
    assert moments(pa.array([1, 2])) is None
    assert moments(pa.nulls(2, pa.string())) is None


def test_a_few_texts_that_are_no_moments_are_missing() -> None:
    """Up to one in twenty; with more, the one that is none is named."""
    given = [f"2026-11-{day:02}" for day in range(1, 29)]
    found = moments(pa.array([*given, "unknown"]))
    assert found is not None
    assert np.isnan(found).tolist() == [False] * 28 + [True]
    odd = pa.array([*given, "unknown", "later"])
    assert moments(odd) is None
    assert no_moment(odd) == "'unknown' is no moment"


def test_a_day_that_may_be_two_is_said_to_be() -> None:
    """With what to write instead."""
    told = no_moment(pa.array(["03/04/2026", "05/06/2026"]))
    assert told == "'03/04/2026' may be either of two days; write the year first"


@pytest.mark.parametrize("unit", [1.0, 1e3, 1e6, 1e9])
def test_numbers_are_seconds_or_parts_of_them(unit: float) -> None:
    """By their size: taken for milliseconds, nanoseconds would make every delay vanish."""
    assert of_numbers(np.array([AT * unit, np.nan])) == pytest.approx([AT, np.nan], nan_ok=True)


def test_days_written_as_one_number_are_days() -> None:
    """Not seconds in August 1970; numbers that are no such days stay seconds."""
    assert np.diff(of_numbers(np.array([20_260_131.0, 20_260_201.0]))).tolist() == [86_400.0]
    assert of_numbers(np.array([20_260_131.0, 20_260_199.0])).tolist() == [20_260_131.0, 20_260_199.0]


def test_days_as_spreadsheets_number_them_are_read() -> None:
    """45,292 and a half is noon of the first day of 2024."""
    assert of_numbers(np.array([45_292.5, 45_293.0])).tolist() == [1_704_110_400.0, 1_704_153_600.0]
