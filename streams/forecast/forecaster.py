"""The port of every forecaster, and what they share: missing hours, bounds, intervals, snapshots."""

from math import isfinite
from typing import NamedTuple, Protocol

import msgspec

from schemas.codec import decode_msgpack, encode_msgpack
from streams.forecast.intervals import Intervals

WEEK = 168
"""Hours of the longest season."""
CEILING = 3.0
"""No forecast is above so many times the largest value learned."""
LARGEST = 1e12


class Forecast(NamedTuple):
    """The value expected in an hour, in the series' unit, and an interval that holds 95 % of them; all ≥ 0."""

    value: float
    low: float
    high: float


class Points(Protocol):
    """The heart of a forecaster: values of hours that follow each other without a gap, in the series' unit."""

    def learn_one(self, value: float) -> None:
        """The value of the next hour."""

    def pass_one(self) -> None:
        """The next hour has no value."""

    def forecast(self, hours: int) -> list[float]:
        """The next ``hours`` hours; any finite numbers, 0 before the first value."""

    def snapshot(self) -> bytes:
        """Everything it knows."""

    def restore(self, snapshot: bytes) -> None:
        """Know that, and nothing else."""


class _State(msgspec.Struct, array_like=True):
    """``hour``: of the last value, −1 for none."""

    hour: int = -1
    largest: float = 0.0
    intervals: Intervals = msgspec.field(default_factory=Intervals)


class HourlyForecaster:
    """Forecasts one hourly series by ``points``; the next hours' forecasts are judged as their values come.

    A value that is no finite number ≥ 0 counts as missing. Missing hours teach nothing and move time on; after more
    than a week of them only the place in the week is kept.
    """

    def __init__(self, points: Points) -> None:
        self._points = points
        self._state = _State()

    def learn_one(self, hour: int, value: float) -> None:
        """The value of an hour (hours since 1970).

        Raises:
            ValueError: the hour is not after the last one.

        """
        state = self._state
        if hour <= state.hour:
            raise ValueError(f"hour {hour} comes after {state.hour}, and should come before")
        if not isfinite(value) or value < 0.0:
            return
        if state.hour >= 0:
            self._pass(hour - state.hour - 1)
        value = min(float(value), LARGEST)
        state.intervals.judge(value)
        self._points.learn_one(value)
        state.hour, state.largest = hour, max(state.largest, value)
        state.intervals.await_(self._bounded(state.intervals.farthest))

    def forecast(self, hours: int) -> list[Forecast]:
        """The 1st to the last of the ``hours`` hours after the one learned last; zeros before the first value."""
        points = self._bounded(hours)
        bounds = [self._state.intervals.around(point, ahead) for ahead, point in enumerate(points, 1)]
        return [Forecast(point, *around) for point, around in zip(points, bounds, strict=True)]

    @property
    def expected(self) -> list[float]:
        """What it expected with the last value, each of ``HORIZONS`` ahead; empty before any."""
        return [] if self._state.hour < 0 else [waiting[0] or 0.0 for waiting in self._state.intervals.waiting]

    def snapshot(self) -> bytes:
        """Everything it knows."""
        return encode_msgpack((self._state, self._points.snapshot()))

    def restore(self, snapshot: bytes) -> None:
        """Go on bit by bit where the snapshot was taken of a forecaster of the same kind."""
        self._state, points = decode_msgpack(snapshot, tuple[_State, bytes])
        self._points.restore(points)

    def _pass(self, missing: int) -> None:
        for _ in range(missing if missing <= WEEK else WEEK + missing % WEEK):
            self._points.pass_one()
            self._state.intervals.skip()

    def _bounded(self, hours: int) -> list[float]:
        most = CEILING * self._state.largest
        return [min(max(point, 0.0), most) for point in self._points.forecast(hours)]
