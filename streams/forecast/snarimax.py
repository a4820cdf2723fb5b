"""River's SNARIMAX on square roots of counts: the last hours, the same hour yesterday and last week, last errors."""

from collections.abc import Mapping
from math import isfinite, sqrt
from typing import Any

import msgspec

from schemas.codec import decode_msgpack, encode_msgpack

ORDERS = {"p": 2, "d": 0, "q": 1, "m": 24, "sp": 7, "sd": 0, "sq": 0}
NAMES = ("y-1", "y-2", *(f"sy-{24 * day}" for day in range(1, 8)), "e-1")
"""What River calls the lags of these orders."""
RATE = 0.005
CLIP = 3.0
"""Deviations that a lag counts for at most: a level that shifts by orders would throw the gradient."""


class _State(msgspec.Struct, array_like=True):
    roots: list[float]
    errors: list[float]
    counts: list[int]
    means: list[float]
    variances: list[float]
    weights: list[float]
    intercept: float
    iterations: int


def clip(x: Mapping[str, float]) -> dict[str, float]:
    """Standardised lags within ±``CLIP``."""
    return {name: min(max(value, -CLIP), CLIP) for name, value in x.items()}


class Snarimax:
    """A linear regression on lags by stochastic gradients (Anava et al. 2013); about the mean while it knows little."""

    def __init__(self) -> None:
        from river import compose, linear_model, optim, preprocessing, time_series  # noqa: PLC0415 - seconds to import

        self._scaler: Any = preprocessing.StandardScaler()
        self._line: Any = linear_model.LinearRegression(optim.SGD(RATE), intercept_lr=2.0 * RATE)
        pipeline = self._scaler | compose.FuncTransformer(clip) | self._line
        self._river: Any = time_series.SNARIMAX(**ORDERS, regressor=pipeline)
        self._set_weights([0.0] * len(NAMES))

    def learn_one(self, value: float) -> None:
        """The value of the next hour."""
        self._learn(sqrt(value))

    def pass_one(self) -> None:
        """What was expected stands in."""
        self._learn(max(self._roots(1)[0], 0.0))

    def forecast(self, hours: int) -> list[float]:
        """Hour by hour, each from those forecast before it."""
        return [max(root, 0.0) ** 2 for root in self._roots(hours)]

    def snapshot(self) -> bytes:
        """River's lags and coefficients."""
        river, scaler, line = self._river, self._scaler, self._line
        return encode_msgpack(
            _State(
                roots=[float(root) for root in river.y_diff],
                errors=[float(error) for error in river.errors],
                counts=[int(scaler.counts.get(name, 0)) for name in NAMES],
                means=[float(scaler.means.get(name, 0.0)) for name in NAMES],
                variances=[float(scaler.vars.get(name, 0.0)) for name in NAMES],
                weights=[float(line.weights[name]) for name in NAMES],
                intercept=float(line.intercept),
                iterations=int(line.optimizer.n_iterations),
            )
        )

    def restore(self, snapshot: bytes) -> None:
        """See ``Points``."""
        state, river, scaler, line = decode_msgpack(snapshot, _State), self._river, self._scaler, self._line
        for lags, values in ((river.y_diff, state.roots), (river.errors, state.errors)):
            lags.clear()
            lags.extend(values)
        for sums, known in ((scaler.counts, state.counts), (scaler.means, state.means), (scaler.vars, state.variances)):
            sums.clear()
            sums.update({name: own for name, own, count in zip(NAMES, known, state.counts, strict=True) if count})
        self._set_weights(state.weights)
        line.intercept, line.optimizer.n_iterations = state.intercept, state.iterations

    def _set_weights(self, weights: list[float]) -> None:
        """All are there from the start, in one order: sums run the same after a restore."""
        from river import utils  # noqa: PLC0415 - as above

        self._line._weights = utils.VectorDict(dict(zip(NAMES, weights, strict=True)))  # noqa: SLF001

    def _learn(self, root: float) -> None:
        if not self._river.y_diff:
            self._line.intercept = root  # or it would take hundreds of steps to get to the level
        self._river.learn_one(root)

    def _roots(self, hours: int) -> list[float]:
        level = float(self._river.y_diff[0]) if self._river.y_diff else 0.0
        roots = [float(root) for root in self._river.forecast(hours)] if self._river.y_diff else [0.0] * hours
        return [root if isfinite(root) else level for root in roots]
