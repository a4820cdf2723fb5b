"""β = prior + data: the ridge of the effect learner around a prior, on standardised columns, without BLAS."""

import numpy as np

from streams.arrays import Floats
from streams.response.effect.sums import PRECISION, Sums


def standardised(sums: Sums, centre: Floats, spread: Floats) -> Sums:
    """The sums over z ⊗ (1, (x − centre) / spread) from those over z ⊗ (1, x); an infinite spread makes a column 0."""
    width = len(centre) + 1
    score = sums.score.reshape(-1, width).copy()
    score[:, 1:] = (score[:, 1:] - centre * score[:, :1]) / spread
    blocks = sums.information.reshape(len(score), width, len(score), width).copy()
    blocks[:, 1:] = (blocks[:, 1:] - centre[:, None, None] * blocks[:, :1]) / spread[:, None, None]
    blocks[..., 1:] = (blocks[..., 1:] - centre * blocks[..., :1]) / spread
    return Sums(blocks.reshape(sums.information.shape), score.ravel(), sums.rows)


def posterior(sums: Sums, prior: Floats, precision: float = PRECISION) -> Floats:
    """β (d) of (Σ v c cᵀ + ``precision`` · I) β = Σ c r + ``precision`` · ``prior``.

    Numbers are combined one by one in fixed order, so that every machine of one arithmetic finds the same bits: a
    published version must have one content, and LAPACK chooses its kernels by the processor.
    """
    return _solved(sums.information + precision * np.eye(len(prior)), sums.score + precision * prior)


def _solved(matrix: Floats, right: Floats) -> Floats:
    """By elimination, which needs no pivoting where the matrix is positive definite; both are used up."""
    count = len(right)
    for k in range(count - 1):
        below = matrix[k + 1 :, k] / matrix[k, k]
        matrix[k + 1 :, k:] -= below[:, None] * matrix[k, k:]
        right[k + 1 :] -= below * right[k]
    for k in reversed(range(count)):
        right[k] /= matrix[k, k]
        right[:k] -= matrix[:k, k] * right[k]
    return right
