"""The baseline: what the same hour was last week."""

from schemas.codec import decode_msgpack, encode_msgpack

WEEK, DAY = 168, 24


class SameHourLastWeek:
    """The last known value a week, in the first week a day, before; in the first day the last value."""

    def __init__(self) -> None:
        self._values: list[float] = []

    def learn_one(self, value: float) -> None:
        """The value of the next hour."""
        self._values = [*self._values, value][-WEEK:]

    def pass_one(self) -> None:
        """What was expected stands in."""
        self.learn_one(self.forecast(1)[0])

    def forecast(self, hours: int) -> list[float]:
        """Of each hour the same one a week before if it is known, else a day before, else the last one."""
        return [self._before(len(self._values) + ahead) for ahead in range(hours)]

    def snapshot(self) -> bytes:
        """A week of values."""
        return encode_msgpack(self._values)

    def restore(self, snapshot: bytes) -> None:
        """See ``Points``."""
        self._values = decode_msgpack(snapshot, list[float])

    def _before(self, hour: int) -> float:
        known = len(self._values)
        places = (known - 1 - (known - 1 - hour) % season for season in (WEEK, DAY, 1))
        return self._values[next(place for place in places if place >= 0)] if known else 0.0
