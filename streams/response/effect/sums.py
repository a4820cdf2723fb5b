"""What is kept of all rows: two sums, whatever their number; and the effect that follows from them."""

from typing import NamedTuple

import numpy as np

from streams.arrays import Floats

PRECISION = 30.0
"""How strongly an effect is taken to be zero until rows say otherwise (PROOF rule 11): 30 on the log-odds scale."""


class Sums(NamedTuple):
    """Σ v c cᵀ (d × d), Σ c r (d) and the number of rows: they add up over rows, processes and days."""

    information: Floats
    score: Floats
    rows: int

    def plus(self, other: "Sums") -> "Sums":
        """The sums of both."""
        return Sums(self.information + other.information, self.score + other.score, self.rows + other.rows)


def nothing(size: int) -> Sums:
    """The sums of no row."""
    return Sums(np.zeros((size, size)), np.zeros(size), 0)


def sums_of(regressors: Floats, weights: Floats, residuals: Floats) -> Sums:
    """Of ``regressors`` c (n × d), their ``weights`` v (n) and the ``residuals`` r (n).

    On the scale of log-odds c = (z − E z) ⊗ b(x), v = m (1 − m) and r = y − m: one Newton step from no effect.
    Source: Nie and Wager (2021), Quasi-oracle estimation of heterogeneous treatment effects, with a logistic loss.
    """
    return Sums((regressors * weights[:, None]).T @ regressors, regressors.T @ residuals, len(residuals))


def regressors(treatment: Floats, expected: Floats, functions: Floats) -> Floats:
    """(z − E z) ⊗ b(x), rows × (Z · d), from ``treatment`` and ``expected`` (n × Z) and ``functions`` (n × d)."""
    apart: Floats = ((treatment - expected)[:, :, None] * functions[:, None, :]).reshape(len(functions), -1)
    return apart


def solved(sums: Sums, precision: Floats) -> Floats:
    """β of (Σ v c cᵀ + diag(``precision``)) β = Σ c r."""
    return np.asarray(np.linalg.solve(sums.information + np.diag(precision), sums.score), dtype=np.float64)
