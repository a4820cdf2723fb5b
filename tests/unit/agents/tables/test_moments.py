from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pytest

from agents.tables.moments import moments

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
