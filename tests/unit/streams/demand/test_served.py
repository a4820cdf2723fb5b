"""The forecast in force is read from plain arrays, and damaged ones are refused."""

import numpy as np
import pytest
from msgspec import structs
from numpy.typing import NDArray

from schemas.hourly import HOUR
from schemas.models import ModelSnapshot
from streams.demand.served import FIRST, HOURS, NAME, DemandForecast
from streams.folding import Refusal
from streams.models.snapshots import pack
from streams.models.store import ModelStore
from streams.profiles.user import mark
from tests.making.forecasts import forecast_of
from tests.making.wire import over_the_wire

SHOES, SNACKS = mark("shoes"), mark("snacks")
MADE = forecast_of({"shoes": [float(n) for n in range(168)]}, {"shoes": 80.0, "snacks": 7.0}, {5: 2.0}, first=1000)


def served() -> DemandForecast:
    """Compiled after travelling."""
    return DemandForecast.from_snapshot(over_the_wire(MADE))


def test_a_day_is_that_of_the_hour_and_comes_again_every_week() -> None:
    """However old the forecast, and for a moment before it began."""
    for hour, expected in ((1000, 0.0), (1003, 3.0), (1167, 167.0), (1168, 0.0), (1171, 3.0), (997, 165.0)):
        assert served().category_day(SHOES, hour * HOUR + 59 * 60_000) == expected


def test_a_category_that_is_not_forecast_has_its_rate() -> None:
    """And one that nobody knows nothing."""
    assert served().category_day(SNACKS, 1000 * HOUR) == 7.0
    assert served().category_day(mark("x"), 1000 * HOUR) == 0.0


def test_an_items_rate_moves_with_its_category() -> None:
    """By what the coming week brings over what it sold of late; an unknown item sells nothing."""
    assert served().item_daily(5, SHOES) == pytest.approx(2.0 * (167 / 2) / 80.0)
    assert served().item_daily(5, SNACKS) == 2.0
    assert served().item_daily(6, SHOES) == 0.0


def test_the_store_compiles_it() -> None:
    """Under the name and checksum that the log activates."""
    store = ModelStore()
    store.add(MADE)
    assert isinstance(store.get(NAME, MADE.version, MADE.sha256), DemandForecast)


DAMAGED: dict[str, tuple[str, NDArray[np.generic]]] = {
    "too few hours": ("days", np.zeros((1, 5))),
    "negative": ("values", np.full((1, 168), -1.0)),
    "no number": ("days", np.full((1, 168), np.nan)),
    "marks that fall": ("category_mark", np.array([9, 3], np.int64)),
    "floats as marks": ("item_mark", np.array([5.0])),
    "a rate too many": ("item_daily", np.array([1.0, 2.0])),
    "two beginnings": (FIRST, np.array([1, 2], np.int64)),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_arrays_that_make_no_forecast_are_refused(name: str) -> None:
    """Before anything is decided by them."""
    array, values = DAMAGED[name]
    broken: ModelSnapshot = structs.replace(MADE, arrays=MADE.arrays | {array: pack(values)})
    with pytest.raises(Refusal, match="make no forecast"):
        DemandForecast.from_snapshot(broken)


@pytest.mark.parametrize("array", [*HOURS, FIRST])
def test_a_missing_array_is_refused(array: str) -> None:
    """As is one that nobody knows."""
    arrays = {name: own for name, own in MADE.arrays.items() if name != array}
    for changed in (arrays, MADE.arrays | {"more": pack(np.zeros(1))}):
        with pytest.raises(Refusal, match="make no forecast"):
            DemandForecast.from_snapshot(structs.replace(MADE, arrays=changed))
