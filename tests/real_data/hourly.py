"""Hourly counts of the public streams, and how far forecasts of them are off."""

import csv
import gzip
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from streams.arrays import Floats
from streams.forecast.every import FORECASTERS, make
from streams.forecast.intervals import HORIZONS
from streams.intake.tokens import Tokens
from streams.simulate.settings import ShopSettings
from streams.simulate.shop import Shop
from tests.real_data.taobao import BEGIN, DAY, DAYS, FIELDS, HOUR

WEEK = 168
EVENTS = ("browses", "clicks", "purchases")


class Errors(NamedTuple):
    """Value − forecast of every hour from the second week on, and whether the interval held it."""

    errors: Floats
    covered: Floats

    @property
    def mean_absolute(self) -> float:
        """MAE, in events."""
        return float(np.abs(self.errors).mean())


def taobao_hours(file: Path) -> Floats:
    """Events per hour of nine days, in order."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        moments = [int(row[4]) for row in csv.reader(lines) if len(row) == FIELDS and row[4].isdigit()]
    return counted((at - BEGIN) // HOUR for at in moments if BEGIN <= at < BEGIN + DAYS * DAY)


class Visit(NamedTuple):
    """One event of a file: hours since its first day's midnight, and its kind."""

    hour: int
    kind: str


def retentioneering_visits(file: Path) -> tuple[datetime, list[Visit]]:
    """The first midnight, and all events."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [(datetime.fromisoformat(row["timestamp"]), row["event"]) for row in csv.DictReader(lines)]
    first = min(moment for moment, _ in rows).replace(hour=0, minute=0, second=0)
    return first, [Visit(int((moment - first).total_seconds()) // HOUR, kind) for moment, kind in rows]


def shop_hours(days: int) -> Floats:
    """Events per hour of the simulated shop, to whose customers nothing is sent."""
    shop = Shop(ShopSettings(seed=0, customers=700), Tokens(bytes(32)).reveal)
    return np.array(list(_of_shop(shop, 24 * days)), dtype=np.float64)


def _of_shop(shop: Shop, hours: int) -> Iterator[int]:
    for _ in range(hours):
        yield sum(message.topic in EVENTS for message in shop.step(shop.now + HOUR * 1000))


def counted(hours: Iterable[int]) -> Floats:
    """How many came in each hour, from hour 0 to the last."""
    counts = Counter(hours)
    return np.array([counts[hour] for hour in range(max(counts) + 1)], dtype=np.float64)


def forecast_errors(values: Floats) -> dict[str, dict[int, Errors]]:
    """Per forecaster and hours ahead; every forecast was made before its value was learned."""
    return {name: _errors(name, values) for name in FORECASTERS}


def _errors(name: str, values: Floats) -> dict[int, Errors]:
    forecaster, most = make(name), max(HORIZONS)
    said = np.full((len(HORIZONS), len(values) + most, 3), np.nan)
    for hour, value in enumerate(values.tolist()):
        forecaster.learn_one(hour, value)
        ahead = forecaster.forecast(most)
        for place, hours in enumerate(HORIZONS):
            said[place, hour + hours] = ahead[hours - 1]
    own = said[:, WEEK : len(values)]
    late = values[WEEK:]
    covered = ((own[..., 1] <= late) & (late <= own[..., 2])).astype(np.float64)
    return {hours: Errors(late - own[at, :, 0], covered[at]) for at, hours in enumerate(HORIZONS)}
