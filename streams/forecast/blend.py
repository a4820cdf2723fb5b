"""All forecasters together, each weighing what its past forecasts earned it, at one and at 24 hours apart."""

from collections.abc import Callable, Mapping

import msgspec

from schemas.codec import decode_msgpack, encode_msgpack
from streams.forecast.forecaster import Points
from streams.forecast.intervals import HORIZONS

MEMORY = 168
"""Hours after which an old error weighs 1/e."""
POWER = 8
"""An expert whose errors are half as large weighs 2⁸ times as much."""
LEAST = 1e-6


class _State(msgspec.Struct, array_like=True):
    """Per horizon: the experts' decayed absolute errors, and their forecasts that wait, the next hour's last."""

    losses: list[list[float]]
    waiting: list[list[list[float] | None]]
    experts: list[bytes] = []


class Blend:
    """A mean of experts, weighted by (decayed mean absolute error)⁻⁸; no learning rate, and no scale."""

    def __init__(self, experts: Mapping[str, Callable[[], Points]]) -> None:
        self._experts = [make() for make in experts.values()]
        self._state = _State([[0.0] * len(experts) for _ in HORIZONS], [[None] * hours for hours in HORIZONS])
        self._ahead: list[list[float]] = []

    def learn_one(self, value: float) -> None:
        """The value of the next hour: experts are judged, then learn."""
        for losses, waiting in zip(self._state.losses, self._state.waiting, strict=True):
            if (due := waiting[-1]) is not None:
                losses[:] = [
                    loss + (abs(value - forecast) - loss) / MEMORY for loss, forecast in zip(losses, due, strict=True)
                ]
        for expert in self._experts:
            expert.learn_one(value)
        self._ahead = [expert.forecast(max(HORIZONS)) for expert in self._experts]
        self._await([[own[hours - 1] for own in self._ahead] for hours in HORIZONS])

    def pass_one(self) -> None:
        """Every expert passes; nobody is judged."""
        for expert in self._experts:
            expert.pass_one()
        self._ahead = []
        self._await([None] * len(HORIZONS))

    def forecast(self, hours: int) -> list[float]:
        """The experts' weighted means."""
        said = self._said(hours)
        return [self._mean([own[ahead] for own in said], ahead + 1) for ahead in range(hours)]

    def snapshot(self) -> bytes:
        """The experts' snapshots beside their losses."""
        self._state.experts = [expert.snapshot() for expert in self._experts]
        return encode_msgpack(self._state)

    def restore(self, snapshot: bytes) -> None:
        """See ``Points``."""
        self._state, self._ahead = decode_msgpack(snapshot, _State), []
        for expert, own in zip(self._experts, self._state.experts, strict=True):
            expert.restore(own)

    def _said(self, hours: int) -> list[list[float]]:
        """What the experts say now; of the next day they were asked when they learned."""
        if self._ahead and hours <= max(HORIZONS):
            return [own[:hours] for own in self._ahead]
        return [expert.forecast(hours) for expert in self._experts]

    def _await(self, forecasts: list[list[float] | None]) -> None:
        for waiting, new in zip(self._state.waiting, forecasts, strict=True):
            waiting.pop()
            waiting.insert(0, new)

    def _mean(self, forecasts: list[float], ahead: int) -> float:
        near, far = self._state.losses
        share = (min(max(ahead, HORIZONS[0]), HORIZONS[1]) - HORIZONS[0]) / (HORIZONS[1] - HORIZONS[0])
        losses = [one + share * (other - one) for one, other in zip(near, far, strict=True)]
        best = max(min(losses), LEAST)
        weights = [(best / max(loss, best)) ** POWER for loss in losses]
        return sum(w * own for w, own in zip(weights, forecasts, strict=True)) / sum(weights)
