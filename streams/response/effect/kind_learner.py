"""What offers of one kind of campaign change, learned one by one from closed decisions (PROOF rule 11)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from schemas.models import Array
from streams.arrays import Floats
from streams.models.snapshots import pack, unpack
from streams.response.effect.offer_effect import OfferEffect
from streams.response.effect.posterior import posterior, standardised
from streams.response.effect.sums import Sums, nothing
from streams.response.prior_effects import Effect

DEPTH_UNIT = 0.1
"""Depth is learned in tenths of the order: with the rule's ridge of 30 on tenths, 20,000 decisions of a made world give
0.86 of the oracle's value instead of 0.63 on wholes, and 300,000 give 0.95 instead of 0.97."""
CLIP = 5.0
"""Deviations from the mean at which a standardised column ends where an effect is asked for."""
MEMORY = 2000
"""Decisions over which the usual dose is averaged."""
MOST = 32.0
"""Of a column's size: no logarithm of a number that means something is beyond."""
STILL = 1e-9
"""Of its squared mean: a column with less variance says nothing."""


class Dose(NamedTuple):
    """What was done and what was to be expected of it: (sent, depth), drawn and by the propensities."""

    given: Effect
    expected: Effect


class KindLearner:
    """Two sums over the regressors (z − E z) ⊗ (1, x), with the moments of x, from which effects follow at any time.

    Standardising is linear, so it is done to the sums when an effect is asked for, by the moments known then. Restored
    from its arrays it goes on bit by bit as if never stopped.
    """

    def __init__(self, columns: int, arrays: Mapping[str, Array] | None = None) -> None:
        self.columns = columns
        self._upper = np.triu_indices(2 * (columns + 1))
        self.sums: Sums = nothing(2 * (columns + 1))
        self._moments: Floats = np.zeros((2, columns))
        self._usual: Floats = np.zeros(2)
        if arrays is not None:
            self._restore({name: unpack(array) for name, array in arrays.items()})

    def learn_one(self, x: Sequence[float], dose: Dose, expected: float, label: bool) -> None:
        """One closed decision; ``expected`` is P(label | x), predicted before the label was known.

        Nothing is learned from a row with a value that is not finite.

        Raises:
            ValueError: the row has another length.

        """
        row = np.asarray(x, dtype=np.float64)
        if row.shape != (self.columns,):
            raise ValueError(f"a row of {len(row)} columns where {self.columns} were learned")
        if not np.isfinite(row).all():
            return
        row = np.clip(row, -MOST, MOST)
        z, usual = _in_units(dose.given), _in_units(dose.expected)
        own = np.multiply.outer(z - usual, np.concatenate(([1.0], row))).ravel()
        weight, residual = expected * (1.0 - expected), label - expected
        self.sums = self.sums.plus(Sums(np.multiply.outer(own, own) * weight, own * residual, 1))
        self._moments += np.stack((row, row * row))
        self._usual += (usual - self._usual) * max(1.0 / self.sums.rows, 1.0 / MEMORY)

    def effect(self, x: Sequence[float], prior: Effect) -> OfferEffect:
        """The effect for a row; a value that is not finite counts as the mean."""
        centre, spread = self._scale()
        with np.errstate(invalid="ignore"):
            distances = (np.asarray(x, dtype=np.float64) - centre) / spread
        clipped = np.clip(np.nan_to_num(distances, nan=0.0, posinf=0.0, neginf=0.0), -CLIP, CLIP)
        sent, depth = (self._beta(prior) @ np.concatenate(([1.0], clipped))).tolist()
        usual = Effect(float(self._usual[0]), float(self._usual[1]) * DEPTH_UNIT)
        return OfferEffect(Effect(sent, depth), prior, self.sums.rows, usual)

    def state(self) -> dict[str, Array]:
        """Everything it knows."""
        own = {
            "information": self.sums.information[self._upper],
            "score": self.sums.score,
            "moments": self._moments,
            "usual": self._usual,
            "rows": np.array([self.sums.rows], np.int64),
        }
        return {name: pack(array) for name, array in own.items()}

    def arrays(self, prior: Effect) -> dict[str, Array]:
        """What the compiled form answers with; depth in wholes of the order, the spread of a still column 0."""
        centre, spread = self._scale()
        usual = self._usual * np.array([1.0, DEPTH_UNIT])
        return {
            "beta": pack(self._beta(prior)),
            "centre": pack(centre),
            "spread": pack(np.where(np.isfinite(spread), spread, 0.0)),
            "doses": pack(np.array([*prior, *usual])),
            "rows": pack(np.array([self.sums.rows], np.int64)),
        }

    def _beta(self, prior: Effect) -> Floats:
        """Coefficients (sent, depth) × (1, columns standardised); the prior is on the intercepts."""
        around = np.zeros((2, self.columns + 1))
        around[:, 0] = prior.sent, prior.depth * DEPTH_UNIT
        beta = posterior(standardised(self.sums, *self._scale()), around.ravel()).reshape(around.shape)
        wholes: Floats = beta / np.array([[1.0], [DEPTH_UNIT]])
        return wholes

    def _scale(self) -> tuple[Floats, Floats]:
        """Mean and deviation of each column; infinite where it stands still."""
        centre, squares = self._moments / max(self.sums.rows, 1)
        variance = squares - centre * centre
        moves = variance > STILL * np.maximum(centre * centre, 1.0)
        return centre, np.where(moves, np.sqrt(np.where(moves, variance, 1.0)), np.inf)

    def _restore(self, arrays: Mapping[str, Floats]) -> None:
        information = np.zeros_like(self.sums.information)
        information[self._upper] = arrays["information"]
        information.T[self._upper] = arrays["information"]
        self.sums = Sums(information, arrays["score"], int(arrays["rows"][0]))
        self._moments, self._usual = arrays["moments"], arrays["usual"]


def _in_units(dose: Effect) -> Floats:
    return np.array([dose.sent, dose.depth / DEPTH_UNIT])
