"""The compiled form of a response model: standardise, clip, weigh, calibrate; equal to River's own answer."""

from collections.abc import Sequence
from math import copysign, exp, inf, isfinite

from schemas.models import ModelSnapshot
from streams.folding import Refusal
from streams.models.snapshots import unpack

MAX_LOGIT = 30.0
"""Beyond it River answers 0 or 1; calibration and this form clip there instead."""


def sigmoid(logit: float) -> float:
    """1 / (1 + e^−logit) without overflow; in [0, 1]."""
    if logit >= 0:
        return 1.0 / (1.0 + exp(-logit))
    odds = exp(logit)
    return odds / (1.0 + odds)


def clipped(logit: float) -> float:
    """A logit within ±``MAX_LOGIT``."""
    return min(max(logit, -MAX_LOGIT), MAX_LOGIT)


class Logistic:
    """A logistic regression over standardised, clipped columns with a calibration on top.

    ``closed`` holds the closed decisions per campaign as of its training. A value that is not finite counts as
    missing, and a missing one as the column's mean.
    """

    def __init__(self, snapshot: ModelSnapshot) -> None:
        self.name = snapshot.name
        self.version = snapshot.version
        self.closed = dict(snapshot.closed)
        means = _floats(snapshot, "mean", len(snapshot.features))
        deviations = _floats(snapshot, "deviation", len(snapshot.features))
        weights = _floats(snapshot, "weight", len(snapshot.features))
        # A column that never moved says nothing: over an infinite deviation it is 0, as in River.
        self.columns = tuple(zip(means, (one or inf for one in deviations), weights, strict=True))
        (self.intercept,) = _floats(snapshot, "intercept", 1)
        (self.clip,) = _floats(snapshot, "clip", 1)
        self.calibration = _floats(snapshot, "calibration", 2)

    @classmethod
    def from_snapshot(cls, snapshot: ModelSnapshot) -> "Logistic":
        """Compile a verified snapshot.

        Raises:
            Refusal: its arrays do not fit together.

        """
        return cls(snapshot)

    def logit(self, x: Sequence[float]) -> float:
        """River's log-odds of a row, before calibration.

        Raises:
            ValueError: the row has another length than the model has columns.

        """
        total, most = self.intercept, self.clip
        for value, (mean, deviation, weight) in zip(x, self.columns, strict=True):
            distance = (value - mean) / deviation
            if -most <= distance <= most:
                total += distance * weight
            elif isfinite(value):
                total += copysign(most, distance) * weight
        return total

    def predict(self, x: Sequence[float]) -> float:
        """The calibrated probability of a row in catalogue order."""
        scale, shift = self.calibration
        return sigmoid(scale * clipped(self.logit(x)) + shift)


def _floats(snapshot: ModelSnapshot, name: str, count: int) -> tuple[float, ...]:
    values = unpack(snapshot.arrays[name]).ravel().tolist() if name in snapshot.arrays else []
    if len(values) != count or not all(isinstance(value, float) and isfinite(value) for value in values):
        raise Refusal(f"model {snapshot.key}: {name!r} is not {count} finite numbers", "publish the model again")
    return tuple(values)
