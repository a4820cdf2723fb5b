"""Bayesian logistic regression by an extended Kalman filter: one pass, no step size, slow forgetting."""

import numpy as np

from streams.arrays import Floats
from streams.response.logistic import sigmoid

INTERCEPT, TOGETHER = 4.0, 0.03
"""Variance of the intercept and of the other weights that are learned together, beforehand."""
LEAST_VARIANCE = 1e-4
KEEP = 0.99995
"""What a label leaves of the precision: about the last 20,000 labels count."""
EVERY = 64
"""Labels after which it forgets, for all of them at once."""

Arrays = dict[str, Floats]


class Kalman:
    """Weights of columns that are learned together (full covariance) and apart (a variance each).

    ``arrays`` hold ``weight`` (t), ``covariance`` (t × t), ``apart`` (a), ``variance`` (a) and the count of ``labels``;
    a filter begun anew has variances only. Sources: Fahrmeir (1992), Posterior mode estimation by extended Kalman
    filtering; forgetting never goes beyond the variances beforehand.
    """

    def __init__(self, together: int, apart: int, variance: float, arrays: Arrays | None = None) -> None:
        self._prior, self._prior_apart = np.full(together, TOGETHER), variance
        self._prior[0] = INTERCEPT
        begun = {
            "weight": np.zeros(together),
            "covariance": np.diag(self._prior),
            "apart": np.zeros(apart),
            "variance": np.full(apart, variance),
            "labels": np.zeros(1),
        }
        self.arrays: Arrays = begun if arrays is None else arrays

    def logit(self, together: Floats, apart: Floats) -> float:
        """The log-odds of an expanded row."""
        return float((self.arrays["weight"] * together).sum()) + float((self.arrays["apart"] * apart).sum())

    def learn(self, together: Floats, apart: Floats, label: bool) -> None:
        """One label of an expanded row."""
        known = self.arrays
        p = sigmoid(self.logit(together, apart))
        weight = max(p * (1.0 - p), LEAST_VARIANCE)
        gain, gain_apart = (known["covariance"] * together).sum(axis=1), known["variance"] * apart
        spread = float((gain * together).sum()) + float((gain_apart * apart).sum())
        step = 1.0 / (1.0 + weight * spread)
        known["weight"] += gain * (step * (label - p))
        known["apart"] += gain_apart * (step * (label - p))
        known["covariance"] -= np.multiply.outer(gain, gain) * (weight * step)
        known["variance"] -= gain_apart * gain_apart * (weight * step)
        known["labels"] += 1.0
        if known["labels"][0] % EVERY == 0:
            self._forget(KEEP**EVERY)

    def _forget(self, keep: float) -> None:
        known = self.arrays
        known["variance"] = np.minimum(known["variance"] / keep, self._prior_apart)
        wider = known["covariance"] / keep
        even = 0.5 * (wider + wider.T)  # what rounding makes unequal would grow
        shrink = np.sqrt(np.minimum(self._prior / np.diag(even), 1.0))
        known["covariance"] = even * np.multiply.outer(shrink, shrink)
