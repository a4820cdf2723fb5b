"""An AR(2) of what hours deviate from their usual level, its coefficients pooled over all hours of the week."""

from math import sqrt

import msgspec

from schemas.codec import decode_msgpack, encode_msgpack

WEEK, DAY = 168, 24
SLOWEST = 0.1
"""An hour's level moves at least by this share of its last error: it follows a shift within two weeks."""
PULL = 3.0
"""So many weeks count as much as the hours of other days for what is usual in an hour of the week."""
KEEP = 0.999
"""Of the sums per hour; a memory of six weeks."""
RIDGE = 10.0


class _State(msgspec.Struct, array_like=True):
    """Levels and deviations are of square roots; ``sums``: z₁z₁, z₁z₂, z₂z₂, z₀z₁, z₀z₂."""

    learned: int = 0
    days: list[float] = msgspec.field(default_factory=lambda: [0.0] * DAY)
    weeks: list[float] = msgspec.field(default_factory=lambda: [0.0] * WEEK)
    last: tuple[float, float] = (0.0, 0.0)
    sums: list[float] = msgspec.field(default_factory=lambda: [0.0] * 5)


class PooledAutoregression:
    """Usual level of the hour of the day, moved towards that of the hour of the week, plus a Φ₁ z₁ + Φ₂ z₂."""

    def __init__(self) -> None:
        self._state = _State()

    def learn_one(self, value: float) -> None:
        """The value of the next hour."""
        state, root = self._state, sqrt(value)
        if not state.learned:
            state.days = [root] * DAY
        deviation = root - self._usual(state.learned)
        self._learn_coefficients(deviation)
        self._learn_levels(root)
        state.last = (deviation, state.last[0])
        state.learned += 1

    def pass_one(self) -> None:
        """Deviations fade as expected; levels stay."""
        self._state.last = (self._deviations(1)[0], self._state.last[0])
        self._state.learned += 1

    def forecast(self, hours: int) -> list[float]:
        """Usual levels and fading deviations."""
        if not self._state.learned:
            return [0.0] * hours
        usual = (self._usual(self._state.learned + ahead) for ahead in range(hours))
        return [max(level + own, 0.0) ** 2 for level, own in zip(usual, self._deviations(hours), strict=True)]

    def snapshot(self) -> bytes:
        """Levels, deviations, sums."""
        return encode_msgpack(self._state)

    def restore(self, snapshot: bytes) -> None:
        """See ``Points``."""
        self._state = decode_msgpack(snapshot, _State)

    def _usual(self, hour: int) -> float:
        weeks = self._state.learned / WEEK
        return self._state.days[hour % DAY] + weeks / (weeks + PULL) * self._state.weeks[hour % WEEK]

    def _learn_levels(self, root: float) -> None:
        state, hour = self._state, self._state.learned
        off = root - state.days[hour % DAY]
        state.weeks[hour % WEEK] += max(SLOWEST, 1.0 / (hour // WEEK + 1)) * (off - state.weeks[hour % WEEK])
        state.days[hour % DAY] += max(SLOWEST, 1.0 / (hour // DAY + 1)) * off

    def _learn_coefficients(self, deviation: float) -> None:
        one, two = self._state.last
        new = (one * one, one * two, two * two, deviation * one, deviation * two)
        self._state.sums = [KEEP * own + more for own, more in zip(self._state.sums, new, strict=True)]

    def _deviations(self, hours: int) -> list[float]:
        """By ridge regression; coefficients that would grow for ever are pulled back into the stationary triangle."""
        a, b, c, first, second = self._state.sums
        a, c = a + RIDGE, c + RIDGE
        determinant = a * c - b * b
        two = min(max((second * a - first * b) / determinant, -0.95), 0.95)
        one = min(max((first * c - second * b) / determinant, two - 0.99), 0.99 - two)
        found = [self._state.last[1], self._state.last[0]]
        for _ in range(hours):
            found.append(one * found[-1] + two * found[-2])
        return found[2:]
