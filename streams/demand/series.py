"""One series of the shop: its forecaster, the baseline beside it, and how far both were off."""

import msgspec
import numpy as np

from streams.arrays import Floats
from streams.demand.days import DAY, WEEK, DayErrors, Days, day_sums
from streams.forecast.every import make
from streams.forecast.forecaster import Forecast
from streams.forecast.intervals import HORIZONS

FORECASTER, BASELINE = "blend", "same_hour_last_week"
MEMORY = 336
"""Hours over which errors and means are taken, the older ones fading."""
MOST_LEVEL = 4.0


class Errors(msgspec.Struct, array_like=True):
    """Of forecasts so many hours ahead, made before their values came: mean absolute errors, and both means."""

    count: int = 0
    forecaster: float = 0.0
    baseline: float = 0.0
    value: float = 0.0
    said: float = 0.0

    def learn(self, value: float, said: float, baseline: float) -> None:
        """A value, and what both had said."""
        self.count += 1
        weight = 1.0 / min(self.count, MEMORY)
        self.forecaster += weight * (abs(value - said) - self.forecaster)
        self.baseline += weight * (abs(value - baseline) - self.baseline)
        self.value += weight * (value - self.value)
        self.said += weight * (said - self.said)

    @property
    def level(self) -> float:
        """What a sum of forecasts is to be multiplied by: they are near the median, and sparse hours lie above it."""
        return min(max(self.value / self.said, 1.0 / MOST_LEVEL), MOST_LEVEL) if self.value and self.said else 1.0


class SeriesState(msgspec.Struct, array_like=True):
    """``waiting``, by horizon: hour → what both had forecast for it; ``mean`` is of the last hours."""

    learned: int = 0
    mean: float = 0.0
    forecaster: bytes = b""
    baseline: bytes = b""
    errors: list[Errors] = msgspec.field(default_factory=lambda: [Errors() for _ in HORIZONS])
    waiting: list[dict[int, tuple[float, float]]] = msgspec.field(default_factory=lambda: [{} for _ in HORIZONS])
    days: Days = msgspec.field(default_factory=Days)


class Series:
    """Learns a value an hour. Errors count from the second week on: before, there is no last week to compare with."""

    def __init__(self, state: SeriesState | None = None) -> None:
        self._state = state or SeriesState()
        self._forecaster, self._baseline = make(FORECASTER), make(BASELINE)
        self._is_encoded = state is not None
        if state is not None:
            self._forecaster.restore(state.forecaster)
            self._baseline.restore(state.baseline)

    @property
    def errors(self) -> list[Errors]:
        """By horizon of ``HORIZONS``."""
        return self._state.errors

    @property
    def day_errors(self) -> DayErrors:
        """Of whole days."""
        return self._state.days.errors

    def learn_one(self, hour: int, value: float) -> None:
        """The value of an hour after the last one."""
        state = self._state
        self._judge(hour, value)
        self._forecaster.learn_one(hour, value)
        self._baseline.learn_one(hour, value)
        state.learned += 1
        state.mean += (value - state.mean) / min(state.learned, MEMORY)
        self._is_encoded = False
        self._expect(hour)

    def forecast(self) -> list[Forecast]:
        """The hours of the next week."""
        return self._forecaster.forecast(WEEK)

    def baseline(self, hours: int = WEEK) -> Floats:
        """The same hours of last week, as far as they are known."""
        return np.array([one.value for one in self._baseline.forecast(hours)])

    def days(self) -> Floats:
        """For each hour of the next week, what the 24 that begin with it are expected to bring together."""
        values = np.array([one.value for one in self.forecast()])
        ways = (self._level * day_sums(values), day_sums(self.baseline()), np.full(WEEK, DAY * self._state.mean))
        return np.asarray(np.average(ways, axis=0, weights=self._state.days.weights()))

    def state(self) -> SeriesState:
        """What restores this."""
        if not self._is_encoded:
            self._state.forecaster, self._state.baseline = self._forecaster.snapshot(), self._baseline.snapshot()
            self._is_encoded = True
        return self._state

    @property
    def _level(self) -> float:
        return self._state.errors[-1].level

    def _judge(self, hour: int, value: float) -> None:
        state = self._state
        state.days.learn(hour, value)
        for errors, waiting in zip(state.errors, state.waiting, strict=True):
            said = waiting.pop(hour, None)
            if said is not None and state.learned >= WEEK:
                errors.learn(value, *said)

    def _expect(self, hour: int) -> None:
        state, both = self._state, zip(self._forecaster.expected, self._baseline.expected, strict=True)
        for place, said in enumerate(both):
            waiting = {due: earlier for due, earlier in state.waiting[place].items() if due > hour}
            state.waiting[place] = {**waiting, hour + HORIZONS[place]: said}
        if state.days.since < 0 and state.learned >= DAY:
            hours = sum(one.value for one in self._forecaster.forecast(DAY))
            ways = [self._level * hours, float(self.baseline(DAY).sum()), DAY * state.mean]
            state.days.expect(hour + 1, ways, knows_week=state.learned >= WEEK)
