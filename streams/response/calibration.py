"""Running calibration: Platt scaling learned one by one, forgetting slowly so that it follows a drift."""

import msgspec

from streams.response.logistic import sigmoid

MEMORY = 5000.0
"""After so many labels an old one weighs 1/e."""

KEPT = 0.1
"""Share of what it knew that it keeps when a drift was found."""

_SCALE_PRECISION = 20.0
_SHIFT_PRECISION = 1.0
_LEAST_VARIANCE = 1e-4
_SCALES = (0.1, 3.0)


class PlattScaling(msgspec.Struct, array_like=True):
    """σ(scale · logit + shift), fitted by an online Newton step per label (Platt 1999, made recursive).

    The precision starts at a prior around (1, 0), forgets with memory ``MEMORY`` and never falls under the prior:
    without labels nothing is scaled, and few labels move the shift before they move the scale.
    """

    scale: float = 1.0
    shift: float = 0.0
    precision_scale: float = _SCALE_PRECISION
    precision_both: float = 0.0
    precision_shift: float = _SHIFT_PRECISION

    def predict(self, logit: float) -> float:
        """The calibrated probability."""
        return sigmoid(self.scale * logit + self.shift)

    def learn(self, logit: float, label: bool) -> None:
        """One label for a logit that was predicted before the label was known."""
        p = self.predict(logit)
        variance = max(p * (1.0 - p), _LEAST_VARIANCE)
        keep = 1.0 - 1.0 / MEMORY
        self.precision_scale = keep * self.precision_scale + _SCALE_PRECISION / MEMORY + variance * logit * logit
        self.precision_both = keep * self.precision_both + variance * logit
        self.precision_shift = keep * self.precision_shift + _SHIFT_PRECISION / MEMORY + variance
        self._step(p - float(label), logit)

    def forget(self) -> None:
        """A drift was found: scale and shift stay, and the next labels move them as if they were among the first."""
        self.precision_scale = _SCALE_PRECISION + KEPT * (self.precision_scale - _SCALE_PRECISION)
        self.precision_both *= KEPT
        self.precision_shift = _SHIFT_PRECISION + KEPT * (self.precision_shift - _SHIFT_PRECISION)

    def _step(self, error: float, logit: float) -> None:
        a, b, c = self.precision_scale, self.precision_both, self.precision_shift
        determinant = a * c - b * b
        self.scale -= error * (c * logit - b) / determinant
        self.shift -= error * (a - b * logit) / determinant
        self.scale = min(max(self.scale, _SCALES[0]), _SCALES[1])
