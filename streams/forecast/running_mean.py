"""The other baseline: the mean of all values so far."""

from schemas.codec import decode_msgpack, encode_msgpack


class RunningMean:
    """The same for every hour."""

    def __init__(self) -> None:
        self._mean, self._count = 0.0, 0

    def learn_one(self, value: float) -> None:
        """The value of the next hour."""
        self._count += 1
        self._mean += (value - self._mean) / self._count

    def pass_one(self) -> None:
        """Nothing: no hour differs from another."""

    def forecast(self, hours: int) -> list[float]:
        """The mean."""
        return [self._mean] * hours

    def snapshot(self) -> bytes:
        """Mean and count."""
        return encode_msgpack((self._mean, self._count))

    def restore(self, snapshot: bytes) -> None:
        """See ``Points``."""
        self._mean, self._count = decode_msgpack(snapshot, tuple[float, int])
