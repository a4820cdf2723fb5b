"""River's Holt-Winters on square roots of counts, whose spread does not grow with their level."""

from math import sqrt
from typing import Any

import msgspec

from schemas.codec import decode_msgpack, encode_msgpack

LEVEL, TREND, SEASON = 0.05, 0.001, 0.1
"""Smoothing per hour; a trend that learns faster than that runs away over a day."""
LIFT = 1.0
"""Added to every root: River divides by the mean of the first season."""


class _State(msgspec.Struct, array_like=True):
    first: list[float]
    level: list[float]
    trend: list[float]
    season: list[float]


class HoltWinters:
    """Additive level, trend and season (Holt 1957, Winters 1960); in the first season the mean so far."""

    def __init__(self, season: int) -> None:
        from river import time_series  # noqa: PLC0415 - seconds; only who forecasts pays

        self._river: Any = time_series.HoltWinters(LEVEL, TREND, SEASON, season)  # type: ignore[no-untyped-call]  # River's

    def learn_one(self, value: float) -> None:
        """The value of the next hour."""
        self._learn(sqrt(value) + LIFT)

    def pass_one(self) -> None:
        """What was expected stands in."""
        self._learn(max(self._roots(1)[0], LIFT))

    def forecast(self, hours: int) -> list[float]:
        """Level, trend and season of each hour."""
        return [max(root - LIFT, 0.0) ** 2 for root in self._roots(hours)]

    def snapshot(self) -> bytes:
        """River's components."""
        river = self._river
        return encode_msgpack(
            _State(river._first_values, list(river.level), list(river.trend), list(river.season))  # noqa: SLF001
        )

    def restore(self, snapshot: bytes) -> None:
        """See ``Points``."""
        state, river = decode_msgpack(snapshot, _State), self._river
        river._first_values = state.first  # noqa: SLF001 - not public in River
        river._initialized = bool(state.level)  # noqa: SLF001
        for component, values in ((river.level, state.level), (river.trend, state.trend), (river.season, state.season)):
            component.clear()
            component.extend(values)

    def _learn(self, root: float) -> None:
        river = self._river
        started = river._initialized  # noqa: SLF001
        river.learn_one(root)
        if river._initialized and not started:  # noqa: SLF001
            self._begin()

    def _begin(self) -> None:
        """River begins with ratios to the level and with the last value less the first as trend; both are mended."""
        river, level = self._river, self._river.level[-1]
        river.season.clear()
        river.season.extend(first - level for first in river._first_values)  # noqa: SLF001
        river.trend[-1] = 0.0
        river._first_values = []  # noqa: SLF001

    def _roots(self, hours: int) -> list[float]:
        river = self._river
        if river._initialized:  # noqa: SLF001
            return [float(root) for root in river.forecast(hours)]
        first = river._first_values  # noqa: SLF001
        return [sum(first) / len(first) if first else LIFT] * hours
