"""What a whole day brings: hours that are mostly empty are forecast near their median, and their sum would lie."""

import msgspec
import numpy as np

from streams.arrays import Floats
from streams.forecast.blend import POWER

DAY, WEEK = 24, 168
WAYS = 3
"""Ways to expect a day: the sum of its hours' forecasts, the same day last week, the mean of late."""
MEMORY = 14
"""Days over which errors are averaged, the older ones fading."""
LEAST = 0.5
"""Errors of less than half a piece a day tell no way from another."""


class DayErrors(msgspec.Struct, array_like=True):
    """Mean absolute errors of days that were expected before they came: of all ways together, and of last week's."""

    count: int = 0
    together: float = 0.0
    last_week: float = 0.0


class Days(msgspec.Struct, array_like=True):
    """One day at a time is expected, then judged: ``since`` is its first hour, −1 for none; ``said`` by way, then all.

    A day of which an hour is missing is not judged.
    """

    since: int = -1
    seen: int = 0
    came: float = 0.0
    said: list[float] = []
    knows_week: bool = False
    judged: int = 0
    losses: list[float] = msgspec.field(default_factory=lambda: [0.0] * WAYS)
    errors: DayErrors = msgspec.field(default_factory=DayErrors)

    def learn(self, hour: int, value: float) -> None:
        """The value of an hour."""
        if self.since < 0:
            return
        self.seen, self.came = self.seen + 1, self.came + value
        if hour < self.since + DAY - 1:
            return
        if self.seen == DAY and hour == self.since + DAY - 1:
            self._judge()
        self.since = -1

    def expect(self, first: int, ways: list[float], *, knows_week: bool) -> None:
        """What each way says of the day that begins with an hour; ``knows_week`` whether there was a last week."""
        self.since, self.seen, self.came = first, 0, 0.0
        together = sum(weight * way for weight, way in zip(self.weights(), ways, strict=True))
        self.said, self.knows_week = [*ways, together], knows_week

    def weights(self) -> list[float]:
        """By way, 1 in all; the mean of late alone until a day has been judged."""
        if not self.judged:
            return [0.0] * (WAYS - 1) + [1.0]
        best = max(min(self.losses), LEAST)
        weights = [(best / max(loss, best)) ** POWER for loss in self.losses]
        return [weight / sum(weights) for weight in weights]

    def _judge(self) -> None:
        off = [abs(self.came - said) for said in self.said]
        self.judged += 1
        share = 1.0 / min(self.judged, MEMORY)
        self.losses = [loss + share * (new - loss) for loss, new in zip(self.losses, off[:WAYS], strict=True)]
        if self.knows_week:
            errors = self.errors
            errors.count += 1
            share = 1.0 / min(errors.count, MEMORY)
            errors.together += share * (off[WAYS] - errors.together)
            errors.last_week += share * (off[1] - errors.last_week)


def day_sums(week: Floats) -> Floats:
    """For each hour of a week the sum of the 24 that begin with it, the week coming again."""
    sums = np.concatenate(([0.0], np.cumsum(np.concatenate((week, week[:DAY])))))
    return sums[DAY:][:WEEK] - sums[:WEEK]
