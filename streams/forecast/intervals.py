"""How far forecasts are off: two quantiles of the errors at two horizons, learned as the values come."""

from math import sqrt

import msgspec

HORIZONS = (1, 24)
"""Hours ahead at which forecasts are kept until their values come; between them is interpolated."""
OUTSIDE = 0.025
"""Share of the values under the interval, and over it."""
STEP = 0.05
FIRST = 2.0
MEMORY = 0.99


class Errors(msgspec.Struct, array_like=True):
    """Of one horizon: quantiles of (value − forecast) / √(forecast + 1), by online quantile tracking.

    Each moves by a step in proportion to the typical error, so that in the long run its share of the errors lies
    outside, whatever their distribution (Angelopoulos, Candès and Tibshirani 2023, "Conformal PID control").
    """

    low: float = -FIRST
    high: float = FIRST
    typical: float = 1.0

    def judge(self, forecast: float, value: float) -> None:
        """What had been expected, and what came."""
        error = (value - forecast) / sqrt(forecast + 1.0)
        self.typical = MEMORY * self.typical + (1.0 - MEMORY) * abs(error)
        step = STEP * self.typical / OUTSIDE * 0.5
        self.low += step * OUTSIDE * (1.0 if error >= self.low else 1.0 - 1.0 / OUTSIDE)
        self.high -= step * OUTSIDE * (1.0 if error <= self.high else 1.0 - 1.0 / OUTSIDE)
        self.low, self.high = min(self.low, 0.0), max(self.high, 0.0)


class Intervals(msgspec.Struct, array_like=True):
    """``waiting`` holds per horizon the forecasts of the next hours, the next hour's last; None where there is none."""

    errors: list[Errors] = msgspec.field(default_factory=lambda: [Errors() for _ in HORIZONS])
    waiting: list[list[float | None]] = msgspec.field(default_factory=lambda: [[None] * hours for hours in HORIZONS])

    @property
    def farthest(self) -> int:
        """Hours ahead that ``await_`` wants."""
        return max(HORIZONS)

    def judge(self, value: float) -> None:
        """The value of the next hour."""
        for errors, forecasts in zip(self.errors, self.waiting, strict=True):
            if (forecast := forecasts[-1]) is not None:
                errors.judge(forecast, value)

    def await_(self, forecasts: list[float]) -> None:
        """Forecasts of the next hours, from the first on, made now that the hour judged is over."""
        for hours, waiting in zip(HORIZONS, self.waiting, strict=True):
            waiting.pop()
            waiting.insert(0, forecasts[hours - 1])

    def skip(self) -> None:
        """An hour without a value; nothing new is forecast in it."""
        for waiting in self.waiting:
            waiting.pop()
            waiting.insert(0, None)

    def around(self, forecast: float, ahead: int) -> tuple[float, float]:
        """The interval of a forecast so many hours ahead."""
        near, far = self.errors
        share = (min(max(ahead, HORIZONS[0]), HORIZONS[1]) - HORIZONS[0]) / (HORIZONS[1] - HORIZONS[0])
        scale = sqrt(forecast + 1.0)
        low = forecast + scale * (near.low + share * (far.low - near.low))
        high = forecast + scale * (near.high + share * (far.high - near.high))
        return max(low, 0.0), high
