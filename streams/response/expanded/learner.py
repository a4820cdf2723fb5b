"""A response model that learns one by one: a row is standardised, expanded, weighed by a Kalman filter, calibrated."""

from collections.abc import Sequence

import msgspec
import numpy as np

from schemas.models import Array
from streams.arrays import Floats
from streams.models.snapshots import pack, unpack
from streams.response.calibration import PlattScaling
from streams.response.expanded.expansions import EXPANSIONS
from streams.response.expanded.kalman import Kalman
from streams.response.expanded.standardised import CLIP, Moments, standardised
from streams.response.logistic import clipped

Row = tuple[Floats, Floats]
"""An expanded row: columns that are learned together, and apart."""


class ExpandedLearner:
    """Learns P(label | row of ``columns``); restored from its state it goes on bit by bit as if never stopped.

    ``algorithm`` is one of ``EXPANSIONS``. A value that is not finite counts as missing.
    """

    def __init__(self, algorithm: str, columns: int, state: dict[str, Array] | None = None) -> None:
        self.algorithm, self._expansion = algorithm, EXPANSIONS[algorithm]
        known = {name: unpack(array) for name, array in (state or {}).items()}
        together, apart = self._expanded(np.zeros(columns))
        platt, moments = known.pop("platt", None), known.pop("moments", None)
        self._platt = PlattScaling() if platt is None else PlattScaling(*platt.tolist())
        self._moments = Moments(columns, moments)
        self._kalman = Kalman(len(together), len(apart), self._expansion.variance, known or None)
        self._last: tuple[tuple[float, ...], Row] | None = None

    def predict_one(self, x: Sequence[float]) -> float:
        """The calibrated probability of a row.

        Raises:
            ValueError: the row has another length than there are columns.

        """
        return self._platt.predict(clipped(self._kalman.logit(*self._read(x))))

    def learn_one(self, x: Sequence[float], y: bool) -> None:
        """Learn one label; calibration learns from the prediction made before it.

        Raises:
            ValueError: the row has another length than there are columns.

        """
        row = self._read(x)
        self._platt.learn(clipped(self._kalman.logit(*row)), y)
        self._kalman.learn(*row, y)
        self._moments.learn(x)
        self._last = None

    def forget(self) -> None:
        """A drift was found: calibration gives way to the next labels."""
        self._platt.forget()

    @property
    def learned(self) -> int:
        """How many labels it has learned from."""
        return int(self._kalman.arrays["labels"][0])

    def state(self) -> dict[str, Array]:
        """A copy of its state, in plain arrays."""
        platt = np.array(msgspec.structs.astuple(self._platt))
        return {
            "platt": pack(platt),
            "moments": pack(self._moments.numbers),
            **{name: pack(values) for name, values in self._kalman.arrays.items()},
        }

    def arrays(self) -> dict[str, Array]:
        """What the compiled form scores with; that of straight lines is the form of any logistic regression."""
        weight = self._kalman.arrays["weight"]
        return {
            "mean": pack(self._moments.mean),
            "deviation": pack(self._moments.deviation),
            "intercept": pack(weight[:1]),
            "weight": pack(weight[1:]),
            "apart": pack(self._kalman.arrays["apart"]),
            "clip": pack(np.array([CLIP])),
            "calibration": pack(np.array([self._platt.scale, self._platt.shift])),
        }

    def _read(self, x: Sequence[float]) -> Row:
        """A row as it is seen now; what is predicted is learned next, and need not be expanded twice."""
        if self._last is not None and self._last[0] is x:
            return self._last[1]
        row = self._expanded(standardised(x, self._moments.mean, self._moments.deviation))
        self._last = (x, row) if isinstance(x, tuple) else None
        return row

    def _expanded(self, z: Floats) -> Row:
        return self._expansion.together(z), self._expansion.apart(z)
