"""Losses row by row."""

import numpy as np

from streams.arrays import Floats

LEAST = 1e-6


def row_losses(labels: Floats, probability: Floats) -> Floats:
    """Log loss (nats) of every row; probabilities count as at least 1e-6 away from 0 and 1."""
    clipped = np.clip(probability, LEAST, 1.0 - LEAST)
    losses: Floats = -np.where(labels > 0.5, np.log(clipped), np.log(1.0 - clipped))  # noqa: PLR2004 - 0 or 1
    return losses
