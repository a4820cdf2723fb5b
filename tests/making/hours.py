"""Logs of hourly counts, as the partitions of ``decide`` write them."""

from collections.abc import Iterable, Mapping, Sequence
from math import cos, pi

from schemas.codec import encode_msgpack
from schemas.hourly import OTHERS, HourCounts
from schemas.origins import Origin
from streams.folding import LogRecord

FIRST = 497_000
"""The hour that these logs begin with."""


def counted(hour: int, partition: int = 0, **given: object) -> HourCounts:
    """An hour of one of two partitions; the offset on the log grows with the hour."""
    plain: dict[str, object] = {"events": 0, "orders": 0, "pieces": {OTHERS: 0}, "items": {}, "idle": 0}
    origin = Origin("user-log", partition, 10 * hour)
    return HourCounts(origin=origin, partitions=2, hour=hour, **(plain | given))  # type: ignore[arg-type] # fields


def log_of(counts: Iterable[HourCounts]) -> list[LogRecord]:
    """The records as the topic holds them, with gaps between offsets."""
    return [LogRecord(2 * n, n, None, encode_msgpack(one)) for n, one in enumerate(counts)]


def sold(hour: int, categories: Mapping[str, float]) -> dict[str, int]:
    """Pieces that follow the day and the week; ``categories``: pieces an hour on average."""
    daily = 1.0 + 0.8 * cos(2 * pi * hour / 24) + 0.15 * cos(2 * pi * hour / 168)
    return {name: round(mean * daily) for name, mean in categories.items()}


def busy(hours: int, categories: Mapping[str, float], first: int = FIRST) -> Sequence[HourCounts]:
    """Both partitions tell of so many hours, the second one a little later."""
    told = []
    for hour in range(first, first + hours):
        pieces = sold(hour, categories)
        items = {100 + n: count for n, count in enumerate(pieces.values())}
        for partition in (0, 1):
            given = {"events": 10 * sum(pieces.values()), "orders": sum(pieces.values())}
            told.append(counted(hour, partition, pieces={**pieces, OTHERS: 1}, items=items, **given))
    return told
