"""What a series of predicted probabilities is worth, in the field's measures."""

from collections.abc import Sequence
from itertools import pairwise

import msgspec
import numpy as np

from streams.arrays import Floats
from streams.assess.fraud_figures import ranking
from streams.assess.losses import row_losses

BLOCKS = 20
BINS = 10
T_QUANTILE = 2.093
"""The 97.5 % quantile of Student's t with ``BLOCKS`` − 1 degrees of freedom."""


class Figures(msgspec.Struct, frozen=True):
    """A model on the scored rows. Losses in nats per row.

    ``calibration_ratio`` is positives predicted per positive that came; ``calibration_error`` the expected one over
    ten bins of equal size; ``auc_interval`` is of 95 % (DeLong et al. 1988); ``f1`` at the threshold that was best on
    the rows before (in ten steps); ``against_constant`` is of log loss less the constant's: under zero is better, and
    95 % over twenty consecutive blocks of rows.
    """

    log_loss: float
    auc: float | None
    auc_interval: tuple[float, float] | None
    brier: float
    calibration_ratio: float | None
    calibration_error: float
    f1: float | None
    against_constant: tuple[float, float, float]


def judge(labels: Floats, probability: Floats, constant: Floats) -> Figures:
    """The figures of a model's probabilities (n) beside the constant's, on the same rows."""
    losses, other = row_losses(labels, probability), row_losses(labels, constant)
    expected = float(probability.sum())
    positives = float(labels.sum())
    ranked = ranking(labels > 0.0, probability)
    return Figures(
        log_loss=float(losses.mean()),
        auc=ranked.auc,
        auc_interval=ranked.auc_interval,
        brier=float(np.mean((probability - labels) ** 2)),
        calibration_ratio=expected / positives if positives else None,
        calibration_error=_calibration_error(labels, probability),
        f1=_progressive_f1(labels, probability),
        against_constant=interval(losses - other),
    )


def stretches(scored: slice, most: int) -> list[tuple[int, int]]:
    """The rows ``scored`` in at most ``most`` about equal stretches: the first row of each, and the one after it."""
    cuts = np.linspace(scored.start, scored.stop, min(most, scored.stop - scored.start) + 1)
    return list(pairwise(cuts.astype(int).tolist()))


def interval(differences: Floats) -> tuple[float, float, float]:
    """Mean, and its 95 % interval by the spread of consecutive blocks' means (neighbours may depend on each other)."""
    mean = float(differences.mean())
    if len(differences) < 2 * BLOCKS:
        return mean, -np.inf, np.inf
    means = np.array([differences[a:b].mean() for a, b in pairwise(_cuts(len(differences), BLOCKS))])
    wide = T_QUANTILE * float(means.std(ddof=1)) / BLOCKS**0.5
    return mean, mean - wide, mean + wide


def _cuts(count: int, blocks: int) -> Sequence[int]:
    cuts: Sequence[int] = np.linspace(0, count, blocks + 1).astype(int).tolist()
    return cuts


def _calibration_error(labels: Floats, probability: Floats) -> float:
    order = np.argsort(probability, kind="stable")
    bins = [order[a:b] for a, b in pairwise(_cuts(len(order), min(BINS, len(order))))]
    gaps = [abs(float(probability[own].mean() - labels[own].mean())) * len(own) for own in bins]
    return sum(gaps) / len(order)


def _progressive_f1(labels: Floats, probability: Floats) -> float | None:
    """F1 of the tenths after the first, each at the threshold that was best on those before it."""
    cuts = _cuts(len(labels), BINS)
    chosen = np.zeros(len(labels), dtype=bool)
    for a, b in pairwise(cuts[1:]):
        chosen[a:b] = probability[a:b] >= _best_threshold(labels[:a], probability[:a])
    kept = slice(cuts[1], None)
    hits, asked = float((chosen[kept] * labels[kept]).sum()), float(chosen[kept].sum() + labels[kept].sum())
    return 2.0 * hits / asked if labels[kept].any() else None


def _best_threshold(labels: Floats, probability: Floats) -> float:
    if not labels.any():
        return 1.0
    order = np.argsort(-probability, kind="stable")
    hits = np.cumsum(labels[order])
    f1 = 2.0 * hits / (np.arange(1, len(order) + 1) + labels.sum())
    return float(probability[order[int(np.argmax(f1))]])
