"""The compiled form of expanded logistic regressions: equal to the learner's own answer."""

from collections.abc import Sequence

import numpy as np

from schemas.models import ModelSnapshot
from streams.arrays import Floats
from streams.folding import Refusal
from streams.models.snapshots import unpack
from streams.response.expanded.expansions import EXPANSIONS
from streams.response.expanded.standardised import standardised
from streams.response.logistic import clipped, sigmoid


class Expanded:
    """A row is standardised, expanded, weighed and calibrated; see ``ExpandedLearner``.

    ``closed`` holds the closed decisions per campaign as of its training.
    """

    def __init__(self, snapshot: ModelSnapshot) -> None:
        self.name = snapshot.name
        self.version = snapshot.version
        self.closed = dict(snapshot.closed)
        self._expansion = EXPANSIONS[snapshot.algorithm]
        nothing = np.zeros(len(snapshot.features))
        self._mean = _floats(snapshot, "mean", len(nothing))
        self._deviation = _floats(snapshot, "deviation", len(nothing))
        weight = _floats(snapshot, "weight", len(self._expansion.together(nothing)) - 1)
        self._weight = np.concatenate((_floats(snapshot, "intercept", 1), weight))
        self._apart = _floats(snapshot, "apart", len(self._expansion.apart(nothing)))
        self._scale, self._shift = _floats(snapshot, "calibration", 2).tolist()

    @classmethod
    def from_snapshot(cls, snapshot: ModelSnapshot) -> "Expanded":
        """Compile a verified snapshot.

        Raises:
            Refusal: its arrays do not fit together.

        """
        return cls(snapshot)

    def predict(self, x: Sequence[float]) -> float:
        """The calibrated probability of a row in catalogue order.

        Raises:
            ValueError: the row has another length than the model has columns.

        """
        z = standardised(x, self._mean, self._deviation)
        together, apart = self._expansion.together(z), self._expansion.apart(z)
        logit = float((self._weight * together).sum()) + float((self._apart * apart).sum())
        return sigmoid(self._scale * clipped(logit) + self._shift)


def _floats(snapshot: ModelSnapshot, name: str, count: int) -> Floats:
    values = unpack(snapshot.arrays[name]).ravel() if name in snapshot.arrays else np.zeros(0)
    if len(values) != count or values.dtype != np.float64 or not np.isfinite(values).all():
        raise Refusal(f"model {snapshot.key}: {name!r} is not {count} finite numbers", "publish the model again")
    return values
