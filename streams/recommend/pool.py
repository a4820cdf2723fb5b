"""A log-linear pool of scores, and how its weights learn from choices: by conditional logit, in steps of AdaGrad."""

import numpy as np

from streams.arrays import Floats

LEAST = 1e-6
"""Of the squares that a step is divided by."""
RATE = 0.2


def columns(parts: Floats, known: int) -> Floats:
    """Logarithms and signs of scores (members × n): 2 members × n; a score of 1 / known is what any item has by lot."""
    return np.concatenate([np.log1p(parts * known), parts > 0.0])


def step(weights: Floats, squares: Floats, found: Floats) -> None:
    """One step up the log-likelihood that the first column of ``found`` (k × n) is chosen of all; no weight below 0.

    Changes ``weights`` and ``squares`` (k). McFadden (1974, 1978): other columns by even lot leave the weights
    consistent; Duchi et al. (2011).
    """
    logits = weights @ found
    chances = np.exp(logits - logits.max())
    slope = found[:, 0] - found @ (chances / chances.sum())
    squares += slope**2
    np.maximum(weights + RATE * slope / np.sqrt(np.maximum(squares, LEAST)), 0.0, out=weights)
