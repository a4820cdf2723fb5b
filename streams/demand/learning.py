"""The hours of the shop become forecasts: of its traffic, its orders, and the pieces of its strongest categories."""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from schemas.hourly import OTHERS
from schemas.models import ModelSnapshot
from streams.demand.days import DAY, WEEK
from streams.demand.rates import Rates
from streams.demand.series import Errors, Series, SeriesState
from streams.demand.served import ALGORITHM, NAME, PIECES
from streams.demand.shop import ShopHour
from streams.features import catalogue
from streams.models.snapshots import pack, seal
from streams.profiles.user import mark

EVENTS, ORDERS = "events", "orders"
"""Names of series, beside those of categories."""
MAX_CATEGORIES = 256
"""Categories whose rates are known."""
MAX_ITEMS = 4096
"""Items whose rates are known."""
STRONGER = 1.5
"""A category takes another's place among those forecast when it sells so many times as much."""

Arrays = dict[str, NDArray[Any]]


class DemandState(msgspec.Struct, array_like=True):
    """Of bounded size."""

    learned: int = 0
    last: int = -1
    series: dict[str, SeriesState] = {}
    categories: Rates[str] = msgspec.field(default_factory=Rates)
    items: Rates[int] = msgspec.field(default_factory=Rates)


class DemandLearning:
    """Learns whole hours of the shop in order; of ``most`` categories, those that sell most, it forecasts each hour."""

    def __init__(self, state: DemandState, most: int) -> None:
        self._state = state
        self._most = most
        self._series = {name: Series(own) for name, own in state.series.items()}

    @property
    def ready(self) -> bool:
        """Whether a week has been learned: before, the hours of the week are not known."""
        return self._state.learned >= WEEK

    def learn_one(self, hour: int, shop: ShopHour) -> None:
        """The next hour."""
        state = self._state
        sold = {category: pieces for category, pieces in shop.pieces.items() if category != OTHERS}
        state.categories.learn(hour, sold, MAX_CATEGORIES)
        state.items.learn(hour, shop.items, MAX_ITEMS)
        self._choose()
        values = {EVENTS: shop.events, ORDERS: shop.orders} | {PIECES + name: sold[name] for name in sold}
        for name, series in self._series.items():
            series.learn_one(hour, float(values.get(name, 0)))
        state.learned, state.last = state.learned + 1, hour

    def errors(self) -> dict[str, list[Errors]]:
        """By series and horizon."""
        return {name: series.errors for name, series in self._series.items()}

    def snapshot(self, version: int, at: int) -> ModelSnapshot:
        """What is forecast for the hours after the one learned last, sealed; the strongest category first."""
        names = [EVENTS, ORDERS, *map(_series_of, self._state.categories.strongest(MAX_CATEGORIES))]
        names = [name for name in names if name in self._series]
        names += [name for name in self._series if name not in names]
        arrays = _forecasts([self._series[name] for name in names]) | self._rates()
        made = ModelSnapshot(
            name=NAME,
            version=version,
            algorithm=ALGORITHM,
            catalogue=catalogue.VERSION,
            features=tuple(names),
            arrays={name: pack(values) for name, values in arrays.items()},
            trained_on=self._state.learned,
            trained_until=at,
        )
        return seal(made)

    def state(self) -> DemandState:
        """What restores this."""
        self._state.series = {name: series.state() for name, series in self._series.items()}
        return self._state

    def _choose(self) -> None:
        """Follow the strongest categories; once a day one that has grown takes a weaker one's place."""
        rates, series = self._state.categories, self._series
        if not series:
            series |= {EVENTS: Series(), ORDERS: Series()}
        elif len(series) - 2 == self._most and self._state.learned % DAY:
            return
        for name in map(_series_of, rates.strongest(self._most)):
            followed = [known for known in series if known.startswith(PIECES)]
            weakest = min(followed, key=self._strength, default="")
            if name not in series and len(followed) == self._most:
                if self._strength(name) <= STRONGER * self._strength(weakest):
                    continue
                del series[weakest]
            series.setdefault(name, Series())

    def _strength(self, series: str) -> float:
        return self._state.categories.pieces.get(series.removeprefix(PIECES), 0.0)

    def _rates(self) -> Arrays:
        state = self._state
        least = min(map(state.items.daily, state.items.pieces), default=0.0)
        return {
            "first": np.array([state.last + 1], np.int64),
            **_rated("category", {mark(name): state.categories.daily(name) for name in state.categories.pieces}),
            **_rated("item", {item: state.items.daily(item) for item in state.items.pieces}),
            "item_floor": np.array([least if state.items.full else 0.0]),
        }


def _series_of(category: str) -> str:
    return PIECES + category


def _rated(of: str, daily: dict[int, float]) -> Arrays:
    marks = sorted(daily)
    return {f"{of}_mark": np.array(marks, np.int64), f"{of}_daily": np.array([daily[m] for m in marks], np.float64)}


def _forecasts(series: list[Series]) -> Arrays:
    """What of the snapshot's arrays is known by series."""
    said = np.array([one.forecast() for one in series])
    errors = [[(e.count, e.forecaster, e.baseline) for e in one.errors] for one in series]
    return {
        **{name: said[:, :, place] for place, name in enumerate(("values", "low", "high"))},
        "last_week": np.array([one.baseline() for one in series]),
        "days": np.array([one.days() for one in series]).clip(min=0.0),
        "errors": np.array(errors, np.float64),
        "day_errors": np.array([(e.count, e.together, e.last_week) for e in (one.day_errors for one in series)], float),
    }
