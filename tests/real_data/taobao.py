"""Taobao's clickstream as tables: a row per user and day (who buys in 24 h?), a row per event (which item next?)."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from streams.arrays import Floats, Ints
from streams.assess.recommend import Interactions

BEGIN, DAYS = 1_511_539_200, 9
"""2017-11-25, midnight in China, in seconds; rows outside the nine days are left out."""
DAY, HOUR = 86_400, 3_600
HALF_LIFE = 2.0 * DAY
SESSION_PAUSE = HOUR // 2
TYPES = ("pv", "cart", "fav", "buy")
WEIGHTS = {"pv": 1.0, "fav": 2.0, "cart": 3.0, "buy": 4.0}
FIELDS = 5


class Event(NamedTuple):
    """One row of the file."""

    at: int
    user: str
    item: str
    category: str
    type: str


class UserDays(NamedTuple):
    """``numbers`` (n × columns, NaN where missing) by ``names``, ``labels`` (n) and ``moments`` (n, s), by time."""

    names: list[str]
    numbers: Floats
    labels: Floats
    moments: Floats


def read_user_days(file: Path) -> UserDays:
    """The table of a file; what a row knows is older than its moment."""
    by_user: dict[str, list[Event]] = defaultdict(list)
    for event in sorted(read_events(file)):
        by_user[event.user].append(event)
    found = sorted(row for events in by_user.values() for row in _rows(events))
    names = [name for kind in TYPES for name in (f"{kind}", f"{kind}.day", f"{kind}.recent", f"{kind}.hours_since")]
    names += ["active_days", "day", "hour", "categories", "items", "sessions", "first_type"]
    columns = np.array([row[2] for row in found])
    return UserDays(names, columns, np.array([row[1] for row in found]), np.array([row[0] for row in found]))


def read_interactions(file: Path) -> Interactions:
    """All rows of a file by time; of the items nothing is known but their category."""
    events = sorted(read_events(file))
    attributes = np.zeros((len(events), 3), np.int64)
    attributes[:, 0] = _codes([event.category for event in events]) + 1
    return Interactions(
        users=_codes([event.user for event in events]),
        items=_codes([event.item for event in events]),
        moments=np.array([float(event.at) for event in events]),
        weights=np.array([WEIGHTS[event.type] for event in events]),
        attributes=attributes,
    )


def _codes(texts: list[str]) -> Ints:
    codes: dict[str, int] = {}
    return np.array([codes.setdefault(text, len(codes)) for text in texts], np.int64)


def read_events(file: Path) -> Iterator[Event]:
    """The rows within the nine days, in the order of the file."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for row in csv.reader(lines):
            if len(row) == FIELDS and row[4].isdigit() and BEGIN <= int(row[4]) < BEGIN + DAYS * DAY:
                yield Event(int(row[4]), row[0], row[1], row[2], row[3])


def _rows(events: list[Event]) -> Iterator[tuple[float, float, tuple[float, ...]]]:
    """Of one user's events in order: moment, label and columns of the first of each day."""
    seen: set[int] = set()
    for number, event in enumerate(events):
        day = (event.at - BEGIN) // DAY
        if day not in seen:
            seen.add(day)
            buys = any(other.type == "buy" and event.at < other.at <= event.at + DAY for other in events[number:])
            yield float(event.at), float(buys), tuple(_columns(event, events[:number]))


def _columns(event: Event, past: list[Event]) -> Iterator[float]:
    past = [other for other in past if other.at < event.at]
    for kind in TYPES:
        yield from _of_type(event.at, [other.at for other in past if other.type == kind])
    yield len({(other.at - BEGIN) // DAY for other in past})
    yield (event.at - BEGIN) // DAY
    yield (event.at - BEGIN) % DAY / HOUR
    yield len({other.category for other in past})
    yield len({other.item for other in past})
    yield _sessions([other.at for other in past])
    yield TYPES.index(event.type)


def _of_type(now: int, times: list[int]) -> Iterable[float]:
    """How many, how many within a day, decayed, and hours since the last."""
    recent = sum(time > now - DAY for time in times)
    decayed = sum(2.0 ** ((time - now) / HALF_LIFE) for time in times)
    return len(times), recent, decayed, (now - times[-1]) / HOUR if times else np.nan


def _sessions(times: list[int]) -> float:
    return sum(not number or time - times[number - 1] > SESSION_PAUSE for number, time in enumerate(times))
