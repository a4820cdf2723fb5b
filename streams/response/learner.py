"""A response model that learns one by one: River's logistic regression with a running calibration."""

from collections.abc import Sequence
from math import isfinite
from typing import Protocol

import msgspec
import numpy as np

from schemas.models import Array
from streams.models.snapshots import pack
from streams.response.calibration import PlattScaling
from streams.response.logistic import clipped
from streams.response.river_logistic import CLIP, RiverLogistic, RiverState

ALGORITHM = "logistic"


class ResponseLearner(Protocol):
    """What every response model can do while it learns; ``tests/contracts/test_response_models.py`` has its laws."""

    @property
    def learned(self) -> int:
        """How many labels it has learned from."""

    def predict_one(self, x: Sequence[float]) -> float:
        """The calibrated probability of a row."""

    def learn_one(self, x: Sequence[float], y: bool) -> None:
        """Learn one label; calibration learns from the prediction made before it."""

    def forget(self) -> None:
        """A drift was found: calibration gives way to the next labels."""

    def arrays(self) -> dict[str, Array]:
        """What the compiled form scores with."""


class LearnerState(msgspec.Struct, frozen=True, array_like=True):
    """Everything a learner knows, in plain numbers."""

    river: RiverState
    platt: tuple[float, float, float, float, float]


class Learner:
    """Learns P(label | row) over ``features``; restored from its state it goes on bit by bit as if never stopped.

    Rows follow ``features``; a value that is not finite counts as missing.
    """

    def __init__(self, features: Sequence[str], state: LearnerState | None = None) -> None:
        self.features = tuple(features)
        self.river = RiverLogistic(self.features, state.river if state else None)
        self._platt = PlattScaling(*state.platt) if state else PlattScaling()

    def predict_one(self, x: Sequence[float]) -> float:
        """The calibrated probability of a row.

        Raises:
            ValueError: the row has another length than ``features``.

        """
        return self._platt.predict(self._logit(x))

    def learn_one(self, x: Sequence[float], y: bool) -> None:
        """Learn one label; calibration learns from the prediction made before it.

        Raises:
            ValueError: the row has another length than ``features``.

        """
        self._platt.learn(self._logit(x), y)
        self.river.learn(self._named(x), y)

    def forget(self) -> None:
        """A drift was found: calibration gives way to the next labels."""
        self._platt.forget()

    @property
    def learned(self) -> int:
        """How many labels it has learned from."""
        return self.river.state().iterations

    def state(self) -> LearnerState:
        """A copy of its state."""
        platt: tuple[float, float, float, float, float] = msgspec.structs.astuple(self._platt)
        return LearnerState(river=self.river.state(), platt=platt)

    def arrays(self) -> dict[str, Array]:
        """What the compiled form scores with: per column mean, deviation and weight; intercept, clip, calibration."""
        river = self.river.state()
        return {
            "mean": pack(np.array(river.means)),
            "deviation": pack(np.sqrt(np.array(river.variances))),
            "weight": pack(np.array(river.weights)),
            "intercept": pack(np.array([river.intercept])),
            "clip": pack(np.array([CLIP])),
            "calibration": pack(np.array([self._platt.scale, self._platt.shift])),
        }

    def _logit(self, x: Sequence[float]) -> float:
        return clipped(self.river.logit(self._named(x)))

    def _named(self, x: Sequence[float]) -> dict[str, float]:
        return {name: value for name, value in zip(self.features, x, strict=True) if isfinite(value)}
