"""Every forecaster by name; a new one is its file and a line here."""

from collections.abc import Callable

from streams.forecast.autoregression import PooledAutoregression
from streams.forecast.blend import Blend
from streams.forecast.forecaster import HourlyForecaster, Points
from streams.forecast.holt_winters import HoltWinters
from streams.forecast.last_week import SameHourLastWeek
from streams.forecast.running_mean import RunningMean
from streams.forecast.snarimax import Snarimax

EXPERTS: dict[str, Callable[[], Points]] = {
    "same_hour_last_week": SameHourLastWeek,
    "running_mean": RunningMean,
    "holt_winters_daily": lambda: HoltWinters(24),
    "holt_winters_weekly": lambda: HoltWinters(168),
    "snarimax": Snarimax,
    "pooled_ar2": PooledAutoregression,
}
FORECASTERS: dict[str, Callable[[], Points]] = EXPERTS | {"blend": lambda: Blend(EXPERTS)}


def make(name: str) -> HourlyForecaster:
    """A fresh forecaster of one series."""
    return HourlyForecaster(FORECASTERS[name]())
