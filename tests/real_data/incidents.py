"""Retentioneering's three scripted incidents: when our alarms begin, and when those of a daily three-sigma rule."""

import csv
import gzip
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np

from streams.arrays import Floats
from streams.forecast.every import make
from streams.forecast.rate_watch import WARM_UP, RateWatch, threshold_of

DAY = 24
INCIDENTS = {
    name: (datetime.fromisoformat(begin), datetime.fromisoformat(end))
    for name, begin, end in (
        ("viral spike", "2024-02-29", "2024-03-04"),
        ("checkout bug", "2024-04-09", "2024-05-10"),
        ("payment", "2024-05-19", "2024-06-08"),
    )
}
"""As the documentation of the data has them; the second of each pair is the day after."""
CHANCE = 0.5
"""Of any false alarm of any step in the whole half-year: at most one is allowed."""
SIGMAS = 3.0
MEMORY = 28 * 24
VOLUME = "volume"


class Series(NamedTuple):
    """Visits that began per hour, events per hour, and visits that reached a step for the first time, by step."""

    begin: datetime
    visits: Floats
    events: Floats
    steps: dict[str, Floats]


class Alarm(NamedTuple):
    """When it could be raised: the end of the hour or day that shows it."""

    at: datetime
    series: str


def read_series(file: Path) -> Series:
    """All hours from the first midnight on."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        found = csv.DictReader(lines)
        rows = sorted((datetime.fromisoformat(row["timestamp"]), row["session_id"], row["event"]) for row in found)
    begin = rows[0][0].replace(hour=0, minute=0, second=0)
    hours = _hour(begin, rows[-1][0]) + 1
    visits, events = np.zeros(hours), np.zeros(hours)
    steps = {step: np.zeros(hours) for step in sorted({step for _, _, step in rows})}
    seen: set[tuple[str, str]] = set()
    for moment, visit, step in rows:
        hour = _hour(begin, moment)
        events[hour] += 1
        for counted, key in ((visits, (visit, "")), (steps[step], (visit, step))):
            counted[hour] += key not in seen
            seen.add(key)
    return Series(begin, visits, events, steps)


def _hour(begin: datetime, moment: datetime) -> int:
    return int((moment - begin).total_seconds()) // 3600


def watched(series: Series) -> list[Alarm]:
    """Ours: every step's visits among all that began, and the visits themselves against their forecast."""
    names = [*series.steps, VOLUME]
    counts = np.stack([*series.steps.values(), series.visits], axis=1)
    exposures = np.tile(series.visits[:, None], (1, len(names)))
    exposures[:, -1] = list(_forecast(series.visits))
    watch = RateWatch(len(names), _threshold(series))
    alarms = []
    for hour in range(len(counts)):
        begins = watch.judge(counts[hour], exposures[hour]).begins
        at = series.begin + timedelta(hours=hour + 1)
        alarms += [Alarm(at, names[place]) for place in np.flatnonzero(begins)]
    return alarms


def _threshold(series: Series) -> float:
    """From the rates of the first four weeks, which lie before all incidents."""
    first = np.array([own[:WARM_UP].sum() for own in series.steps.values()])
    return threshold_of(first[first > 0] / series.visits[:WARM_UP].sum(), series.visits, CHANCE, seed=0)


def _forecast(visits: Floats) -> Iterator[float]:
    """The visits expected of each hour: the pooled AR(2)'s typical value, raised to the mean by its past ratio."""
    forecaster, came, said = make("pooled_ar2"), 1.0, 1.0
    for hour, value in enumerate(visits.tolist()):
        (ahead,) = forecaster.forecast(1)
        yield ahead.value * came / said
        forecaster.learn_one(hour, value)
        came += value - came / MEMORY
        said += ahead.value - said / MEMORY


def three_sigma(series: Series) -> list[Alarm]:
    """The baseline: a day's events, or share of visits with a step, off the mean of all days before by three sigma."""
    days = len(series.visits) // DAY
    visits = _daily(series.visits, days)
    values = {VOLUME: _daily(series.events, days)}
    values |= {step: _daily(own, days) / np.maximum(visits, 1.0) for step, own in series.steps.items()}
    return sorted(
        Alarm(series.begin + timedelta(days=day + 1), name)
        for name, own in values.items()
        for day in range(WARM_UP // DAY, days)
        if abs(own[day] - own[:day].mean()) > SIGMAS * own[:day].std(ddof=1)
    )


def _daily(hours: Floats, days: int) -> Floats:
    sums: Floats = hours[: days * DAY].reshape(days, DAY).sum(axis=1)
    return sums


def first_in(alarms: list[Alarm], incident: str) -> Alarm | None:
    """The first alarm raised while an incident lasted, its last day's end included."""
    begin, end = INCIDENTS[incident]
    return next((alarm for alarm in sorted(alarms) if begin < alarm.at <= end), None)


def outside(alarms: list[Alarm]) -> list[Alarm]:
    """Alarms that belong to no incident."""
    return [one for one in alarms if not any(begin < one.at <= end for begin, end in INCIDENTS.values())]
