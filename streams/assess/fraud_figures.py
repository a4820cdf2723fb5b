"""How well scores rank the positive rows above the others, with intervals that stay honest where these are few."""

from math import exp, log, sqrt
from typing import NamedTuple

import msgspec
import numpy as np

from streams.arrays import Bools, Floats

NORMAL = 1.959964
"""The 97.5 % quantile of the standard normal distribution."""
TAIL = 0.025

Interval = tuple[float, float]


class Ranking(msgspec.Struct, frozen=True):
    """A detector on the scored rows, with 95 % intervals; None where only one kind of label is there.

    ``auc`` is the chance that a positive row scores above another (0.5: none); ``average_precision`` the mean, over
    positive rows, of the share of positives among the rows that score at least as high (chance: the base rate).
    """

    auc: float | None
    auc_interval: Interval | None
    average_precision: float | None
    average_precision_interval: Interval | None


class Placements(NamedTuple):
    """For every positive row the share of the others under it, and for every other row that of positives above it."""

    positives: Floats
    others: Floats


def ranking(labels: Bools, scores: Floats) -> Ranking:
    """The figures of ``scores`` (n, higher is stranger) by ``labels`` (n)."""
    if labels.all() or not labels.any():
        return Ranking(None, None, None, None)
    placed = placements(labels, scores)
    area, precision = float(placed.positives.mean()), average_precision(labels, scores)
    few = int(min(labels.sum(), (~labels).sum()))
    spread = sqrt(_variance(placed.positives) + _variance(placed.others))
    # Boyd, Eng and Page 2013: binomial in the positives, on the logit scale.
    wide = sqrt(precision * (1.0 - precision) / labels.sum())
    return Ranking(area, _on_logits(area, spread, few), precision, _on_logits(precision, wide, int(labels.sum())))


def difference(labels: Bools, scores: Floats, other: Floats) -> tuple[float, float, float] | None:
    """AUC of ``scores`` less that of ``other`` on the same rows, with its 95 % interval (DeLong et al. 1988)."""
    if labels.all() or not labels.any():
        return None
    first, second = placements(labels, scores), placements(labels, other)
    positives, others = first.positives - second.positives, first.others - second.others
    mean, wide = float(positives.mean()), NORMAL * sqrt(_variance(positives) + _variance(others))
    return mean, max(mean - wide, -1.0), min(mean + wide, 1.0)


def placements(labels: Bools, scores: Floats) -> Placements:
    """Both kinds of shares (ties count half); the mean of either is the AUC."""
    ranks, positives = _midranks(scores), int(labels.sum())
    under = (ranks[labels] - _midranks(scores[labels])) / (len(labels) - positives)
    above = 1.0 - (ranks[~labels] - _midranks(scores[~labels])) / positives
    return Placements(under, above)


def average_precision(labels: Bools, scores: Floats) -> float:
    """Σ (recall gained × precision) over thresholds from high to low; rows of one score count together."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(labels[order])
    last = np.flatnonzero(np.append(np.diff(scores[order]) != 0.0, True))
    gained = np.diff(hits[last], prepend=0)
    return float((gained * hits[last] / (last + 1.0)).sum() / hits[-1])


def _midranks(scores: Floats) -> Floats:
    """Ranks from 1; equal scores share the mean of theirs."""
    rising = np.sort(scores)
    low, high = np.searchsorted(rising, scores, "left"), np.searchsorted(rising, scores, "right")
    ranks: Floats = (low + high + 1) / 2.0
    return ranks


def _variance(shares: Floats) -> float:
    return float(shares.var(ddof=1)) / len(shares) if len(shares) > 1 else 0.25


def _on_logits(value: float, spread: float, few: int) -> Interval:
    """The interval on the logit scale; at 0 or 1 the exact binomial one of ``few`` rows without an exception."""
    edge = TAIL ** (1.0 / few)
    if value <= 0.0:
        return 0.0, 1.0 - edge
    if value >= 1.0:
        return edge, 1.0
    middle, wide = log(value / (1.0 - value)), NORMAL * spread / (value * (1.0 - value))
    return _sigmoid(middle - wide), _sigmoid(middle + wide)


def _sigmoid(logit: float) -> float:
    return 1.0 / (1.0 + exp(-logit)) if logit > 0.0 else exp(logit) / (1.0 + exp(logit))
