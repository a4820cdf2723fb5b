"""What a ranking by effect, or a rule of whom to treat, is worth on rows that were treated by chance."""

from typing import NamedTuple

import msgspec
import numpy as np

from streams.arrays import Bools, Floats

SHARES = {"10%": 0.1, "20%": 0.2, "30%": 0.3}
Z_QUANTILE = 1.96
PER = 1_000.0
"""Rows that a policy's value is given for."""


class Estimate(msgspec.Struct, frozen=True):
    """A mean over splits with its 95 % interval, and the standard deviation from split to split."""

    mean: float
    low: float
    high: float
    spread: float


class Judged(NamedTuple):
    """Rows that nobody was fitted on: ``treated`` (n, 0 or 1), ``outcomes`` (n) and weights 1/P(what was done) (n).

    ``worth`` (n) is the outcome in money, ``cost`` (n) what treating the row costs.
    """

    treated: Floats
    outcomes: Floats
    weights: Floats
    worth: Floats
    cost: Floats


def over_splits(values: Floats) -> Estimate:
    """Mean and interval of a figure that was taken on J half-splits of the same rows.

    The variance is (1/J + 1) S², for halves overlap. Source: Nadeau and Bengio (2003), Inference for the
    generalization error.
    """
    from scipy.stats import t  # type: ignore[import-untyped]  # noqa: PLC0415 - a second; only who assesses pays

    mean, splits = float(np.mean(values)), len(values)
    if splits < 2:  # noqa: PLR2004 - of one nothing is known
        return Estimate(mean, -np.inf, np.inf, 0.0)
    spread = float(np.std(values, ddof=1))
    wide = float(t.ppf(0.975, splits - 1)) * spread * (1.0 / splits + 1.0) ** 0.5
    return Estimate(mean, mean - wide, mean + wide, spread)


def qini(rows: Judged, scores: Floats, rng: np.random.Generator) -> float:
    """Area between the curve of incremental outcomes and the straight line from its beginning to its end.

    The curve is, over the share k of rows with the highest ``scores`` (ties by lot), k times the difference of the
    arms' weighted mean outcomes among them: the outcomes per row of the whole table that treating these adds. The
    area is over k from 0 to 1, so it is in outcomes per row; ranking by lot gives 0. Sources: Radcliffe (2007),
    Using control groups to target on predicted lift; Gutierrez and Gérardy (2016).
    """
    share, gain = _curve(rows, scores, rng)
    return float(np.mean(gain - share * gain[-1]))


def uplift_at(rows: Judged, scores: Floats, share: float, rng: np.random.Generator) -> float:
    """Difference of the arms' weighted mean outcomes among the ``share`` of rows with the highest scores."""
    shares, gain = _curve(rows, scores, rng)
    at = max(round(share * len(shares)), 1) - 1
    return float(gain[at] / shares[at])


def average_effect(rows: Judged) -> tuple[float, float, float]:
    """Difference of the arms' weighted mean outcomes with its 95 % interval."""
    means, variance = list[float](), 0.0
    for arm in (rows.treated > 0.0, rows.treated <= 0.0):
        outcomes, weights = rows.outcomes[arm], rows.weights[arm]
        means.append(float(np.average(outcomes, weights=weights)))
        variance += float(np.sum((weights * (outcomes - means[-1])) ** 2)) / float(weights.sum()) ** 2
    effect, wide = means[0] - means[1], Z_QUANTILE * variance**0.5
    return effect, effect - wide, effect + wide


def policy_value(rows: Judged, treat: Bools) -> float:
    """Worth less cost per 1,000 rows if just the rows ``treat`` were treated: Hájek's (self-normalised) estimate."""
    followed = rows.weights * (rows.treated == treat)
    total = float(followed.sum())
    earned = float(followed @ rows.worth) / total if total else 0.0
    return PER * (earned - float(np.mean(rows.cost * treat)))


def _curve(rows: Judged, scores: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    order = np.lexsort((rng.random(len(scores)), -scores))
    treated, weights, outcomes = rows.treated[order], rows.weights[order], rows.outcomes[order]
    share = np.arange(1, len(order) + 1) / len(order)
    return share, share * (
        _mean_so_far(outcomes, weights * treated) - _mean_so_far(outcomes, weights * (1.0 - treated))
    )


def _mean_so_far(values: Floats, weights: Floats) -> Floats:
    """Weighted means of the first 1, 2, … values; 0 before the first that weighs anything."""
    total = np.cumsum(weights)
    means: Floats = np.where(total > 0.0, np.cumsum(values * weights) / np.where(total > 0.0, total, 1.0), 0.0)
    return means
