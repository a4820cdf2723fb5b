"""The forecast in force: what ``decide`` asks of demand, compiled from a snapshot."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.hourly import HOUR
from schemas.models import ModelSnapshot
from streams.arrays import Floats
from streams.demand.days import WEEK
from streams.folding import Refusal
from streams.forecast.intervals import HORIZONS
from streams.models.snapshots import unpack
from streams.profiles.user import mark

NAME = "forecast"
"""Of the snapshots on ``models``."""
ALGORITHM = "hourly_demand"
PIECES = "pieces:"
"""Begins the names of series of categories."""

FIRST = "first"
HOURS = ("values", "low", "high", "last_week", "days")
MARKS = ("category_mark", "item_mark")
OTHERS = ("errors", "day_errors", "category_daily", "item_daily", "item_floor")
"""The arrays: the first hour; by series and hour what is forecast, its interval, the same hour last week, and what the
24 hours from it on bring; by series and horizon, and of days, how many errors were counted, their mean and that of last
week's; rates a day by mark of category and of item, and what an item that is not among them sells at most."""

FARTHEST = 1e12
SEASON = 4.0
"""A category's coming week moves its items' rates by at most this factor."""

Marks = NDArray[np.int64]


class Rated:
    """Rates by mark, in ascending order; what is not among them sells ``floor`` a day at most."""

    def __init__(self, marks: Marks, daily: Floats, floor: float) -> None:
        self._marks, self._daily, self._floor = marks, daily, floor

    def daily(self, item: int) -> float:
        """Pieces a day."""
        row = int(self._marks.searchsorted(item))
        known = row < len(self._marks) and self._marks[row] == item
        return float(self._daily[row]) if known else self._floor


class DemandForecast:
    """Pieces that will be bought: by category over days, by item as a rate a day.

    ``days`` holds, by category, what the 24 hours are expected to bring that begin with hour ``first`` (since 1970) and
    each after it. Beyond a week they are taken to come again: an old forecast says little, but not nothing.
    """

    def __init__(self, first: int, days: dict[int, Floats], categories: dict[int, float], items: Rated) -> None:
        self._first = first
        self._days = {category: expected.tolist() for category, expected in days.items()}
        self._weeks = {category: float(expected.mean()) for category, expected in days.items()}
        self._categories = categories
        self._items = items

    @classmethod
    def from_snapshot(cls, snapshot: ModelSnapshot) -> "DemandForecast":
        """Compile a verified snapshot.

        Raises:
            Refusal: its arrays make no forecast.

        """
        arrays = arrays_of(snapshot)
        named = zip(snapshot.features, arrays["days"], strict=True)
        days = {mark(name.removeprefix(PIECES)): own for name, own in named if name.startswith(PIECES)}
        rates = dict(zip(arrays["category_mark"].tolist(), arrays["category_daily"].tolist(), strict=True))
        items = Rated(arrays["item_mark"], arrays["item_daily"], float(arrays["item_floor"][0]))
        return cls(int(arrays[FIRST][0]), days, rates, items)

    def category_day(self, category: int, now: int) -> float:
        """Pieces of a category (a mark) in the 24 hours that begin with that of ``now`` (ms); 0 for an unknown one.

        Of a category that is not forecast, what it sold a day of late.
        """
        days = self._days.get(category)
        if days is None:
            return self._categories.get(category, 0.0)
        return float(days[(now // HOUR - self._first) % WEEK])

    def item_daily(self, item: int, category: int) -> float:
        """Pieces of an item (a mark) a day in the coming week: its own rate, moved as its category's is."""
        of_late, coming = self._categories.get(category, 0.0), self._weeks.get(category)
        factor = 1.0 if coming is None or not of_late else min(max(coming / of_late, 1.0 / SEASON), SEASON)
        return factor * self._items.daily(item)


NOTHING_FORECAST = DemandForecast(0, {}, {}, Rated(np.empty(0, np.int64), np.empty(0), 0.0))
"""While no forecast is in force."""


def arrays_of(snapshot: ModelSnapshot) -> dict[str, NDArray[Any]]:
    """The arrays of a snapshot.

    Raises:
        Refusal: they make no forecast.

    """
    arrays = {name: unpack(array) for name, array in snapshot.arrays.items()}
    if set(arrays) != {FIRST, *HOURS, *MARKS, *OTHERS} or not _fit(arrays, len(snapshot.features)):
        raise Refusal(f"model {snapshot.key}: its arrays make no forecast", "publish the model again")
    return arrays


def _fit(arrays: dict[str, NDArray[Any]], series: int) -> bool:
    """Whether marks rise and have their rates, and every series its hours."""
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(HOURS, (series, WEEK))
    shapes["errors"] = (series, len(HORIZONS), 3)
    shapes |= {"day_errors": (series, 3), "item_floor": (1,)}
    shapes |= {f"{of}_daily": arrays[f"{of}_mark"].shape for of in ("category", "item")}
    fit = all(_are_numbers(arrays[name], shape) for name, shape in shapes.items())
    return fit and arrays[FIRST].shape == (1,) and all(_rise(arrays[name]) for name in (*MARKS, FIRST))


def _are_numbers(array: NDArray[Any], shape: tuple[int, ...]) -> bool:
    same = array.dtype == np.float64 and array.shape == shape
    return same and bool(((array >= 0.0) & (array <= FARTHEST)).all())


def _rise(marks: NDArray[Any]) -> bool:
    plain = marks.dtype == np.int64 and marks.ndim == 1
    return plain and bool((marks >= 0).all()) and bool((np.diff(marks) > 0).all())
