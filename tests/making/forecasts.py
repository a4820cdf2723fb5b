"""Snapshots of forecasts, as ``learn`` publishes them."""

from collections.abc import Mapping, Sequence

import numpy as np

from schemas.hourly import HOUR
from schemas.models import ModelSnapshot
from streams.demand.served import ALGORITHM, NAME, PIECES
from streams.features.catalogue import VERSION
from streams.models.snapshots import pack, seal
from streams.profiles.user import mark


def forecast_of(
    days: Mapping[str, Sequence[float]],
    categories: Mapping[str, float],
    items: Mapping[int, float],
    *,
    first: int = 0,
    version: int = 1,
) -> ModelSnapshot:
    """``days``: of each category forecast, the pieces of the day that begins with each hour of a week.

    ``categories`` and ``items`` (by mark) are rates a day.
    """
    by_hour = np.array([list(own) for own in days.values()]).reshape(len(days), 168)
    rates = {mark(name): rate for name, rate in categories.items()}
    arrays = {
        "first": np.array([first], np.int64),
        **dict.fromkeys(("values", "low", "high", "last_week"), by_hour / 24.0),
        "days": by_hour,
        "errors": np.tile([200.0, 1.5, 2.0], (len(days), 2, 1)),
        "day_errors": np.tile([7.0, 15.0, 20.0], (len(days), 1)),
        "category_mark": np.array(sorted(rates), np.int64),
        "category_daily": np.array([rates[one] for one in sorted(rates)]),
        "item_mark": np.array(sorted(items), np.int64),
        "item_daily": np.array([items[one] for one in sorted(items)], np.float64),
        "item_floor": np.zeros(1),
    }
    return seal(
        ModelSnapshot(
            name=NAME,
            version=version,
            algorithm=ALGORITHM,
            catalogue=VERSION,
            features=tuple(PIECES + name for name in days),
            arrays={name: pack(values) for name, values in arrays.items()},
            trained_on=336,
            trained_until=first * HOUR,
        )
    )
