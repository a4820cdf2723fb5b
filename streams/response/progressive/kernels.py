"""The typed adapter to numba: the loops of the progressive models as machine code (no fast-math, no cache on disk)."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

from streams.arrays import Floats, Ints

Loop = TypeVar("Loop", bound=Callable[..., Any])

PROBIT = np.pi / 8.0
"""MacKay's constant: the mean of a logistic over a normal logit is sigmoid(m / √(1 + π/8 · variance))."""
STEEPEST = 35.0
FORGETTING = 8
"""Labels after which covariances widen for all of them: it takes as long as to learn one."""
HASH_STEP = 2_654_435_761
HASH_SHIFT = 7


def machine_code(loop: Loop) -> Loop:
    """A loop, compiled at its first call."""
    return cast("Loop", numba.njit(loop))


@machine_code
def sigmoid(logit: float) -> float:
    """1 / (1 + e^−logit), the logit clipped to ±35."""
    return float(1.0 / (1.0 + np.exp(-min(max(logit, -STEEPEST), STEEPEST))))


@machine_code
def learn_row(
    index: Ints, value: Floats, error_free: float, label: float, mean: Floats, cov: Floats, scratch: Floats
) -> None:
    """One step of the extended Kalman filter for logistic regression; ``error_free`` is the row's offset."""
    size = len(mean)
    logit, spread = error_free, 0.0
    scratch[:] = 0.0
    for k in range(len(index)):
        if value[k] != 0.0:
            at = index[k]
            logit += mean[at] * value[k]
            for j in range(size):
                scratch[j] += cov[at, j] * value[k]
    for k in range(len(index)):
        spread += value[k] * scratch[index[k]]
    predicted = sigmoid(logit)
    weight = predicted * (1.0 - predicted)
    gain = 1.0 / (1.0 + weight * spread)
    for i in range(size):
        mean[i] += scratch[i] * gain * (label - predicted)
        shrink = scratch[i] * weight * gain
        if shrink != 0.0:
            for j in range(size):
                cov[i, j] -= shrink * scratch[j]


@machine_code
def forget(cov: Floats, prior: Floats, keep: float) -> None:
    """Let the posterior widen by 1/``keep``, but no variance beyond its prior.

    What rounding makes unequal above and below the diagonal would grow by 1/``keep`` too, without end: it is evened.
    """
    for i in range(len(prior)):
        for j in range(i + 1):
            cov[i, j] = cov[j, i] = 0.5 * (cov[i, j] + cov[j, i]) / keep
    for i in range(len(prior)):
        if cov[i, i] > prior[i]:
            shrink = np.sqrt(prior[i] / cov[i, i])
            cov[i, :] *= shrink
            cov[:, i] *= shrink


@machine_code
def row_logit(index: Ints, value: Floats, offset: float, mean: Floats, cov: Floats) -> float:
    """The predictive log-odds: the mean logit, moderated by its variance."""
    logit, spread = offset, 0.0
    for k in range(len(index)):
        if value[k] != 0.0:
            at = index[k]
            logit += mean[at] * value[k]
            for j in range(len(index)):
                spread += value[k] * cov[at, index[j]] * value[j]
    return float(logit / np.sqrt(1.0 + PROBIT * max(spread, 0.0)))


@machine_code
def predict_and_learn(
    index: Ints,
    value: Floats,
    offset: Floats,
    labels: Floats,
    known: Ints,
    mean: Floats,
    cov: Floats,
    prior: Floats,
    keep: float,
) -> Floats:
    """Logits of some rows, each after ``known`` of the rows to learn; in the end all of these are learned.

    The first rows, as many as there are ``labels``, are those to learn, the others those to predict; ``index`` and
    ``value`` (rows × entries) are their sparse form.
    """
    logits, learned, scratch = np.empty(len(known)), 0, np.empty(len(mean))
    for i in range(len(known) + 1):
        while learned < (known[i] if i < len(known) else len(labels)):
            learn_row(index[learned], value[learned], offset[learned], labels[learned], mean, cov, scratch)
            learned += 1
            if keep < 1.0 and learned % FORGETTING == 0:
                forget(cov, prior, keep**FORGETTING)
        if i < len(known):
            at = len(labels) + i
            logits[i] = row_logit(index[at], value[at], offset[at], mean, cov)
    return logits


@machine_code
def predict_and_learn_apart(
    index: Ints,
    value: Floats,
    offset: Floats,
    labels: Floats,
    known: Ints,
    mean: Floats,
    variance: Floats,
    prior: Floats,
    keep: float,
) -> Floats:
    """As ``predict_and_learn``, with every weight's own ``variance`` alone: a row takes as long as it has entries."""
    logits, learned = np.empty(len(known)), 0
    for i in range(len(known) + 1):
        while learned < (known[i] if i < len(known) else len(labels)):
            learn_row_apart(index[learned], value[learned], offset[learned], labels[learned], mean, variance)
            learned += 1
            if keep < 1.0 and learned % FORGETTING == 0:
                variance[:] = np.minimum(variance / keep**FORGETTING, prior)
        if i < len(known):
            at = len(labels) + i
            logits[i] = offset[at]
            for k in range(index.shape[1]):
                logits[i] += mean[index[at, k]] * value[at, k]
    return logits


@machine_code
def learn_row_apart(index: Ints, value: Floats, offset: float, label: float, mean: Floats, variance: Floats) -> None:
    """One step of the Kalman filter as if the weights knew nothing of each other."""
    logit, spread = offset, 0.0
    for k in range(len(index)):
        logit += mean[index[k]] * value[k]
        spread += variance[index[k]] * value[k] * value[k]
    predicted = sigmoid(logit)
    weight = predicted * (1.0 - predicted)
    gain = 1.0 / (1.0 + weight * spread)
    for k in range(len(index)):
        step = variance[index[k]] * value[k] * gain
        mean[index[k]] += step * (label - predicted)
        variance[index[k]] -= weight * step * variance[index[k]] * value[k]


@machine_code
def rate(labels: Floats, known: Ints, state: Floats, keep: float) -> Floats:
    """Log-odds of the share of positives in ``state`` (positives, labels), of which each label leaves ``keep``."""
    logits, learned = np.empty(len(known)), 0
    for i in range(len(known) + 1):
        while learned < (known[i] if i < len(known) else len(labels)):
            state[0] = state[0] * keep + labels[learned]
            state[1] = state[1] * keep + 1.0
            learned += 1
        if i < len(known):
            share = min(max(state[0] / state[1], 1e-6), 1.0 - 1e-6)
            logits[i] = np.log(share / (1.0 - share))
    return logits


@machine_code
def place_pairs(bins: Ints, mask: int, places: Ints) -> None:
    """The hashed place of every pair of columns at every resolution; ``bins`` is columns × resolutions."""
    columns, resolutions = bins.shape
    at = 0
    for a in range(columns):
        for b in range(a):
            for r in range(resolutions):
                cell = ((a * 131 + b) * resolutions + r) * 1_000_003 + bins[a, r] * 8_191 + bins[b, r]
                places[at] = (cell * HASH_STEP >> HASH_SHIFT) & mask
                at += 1


@machine_code
def predict_and_learn_pairs(
    bins: Ints,
    offset: Floats,
    labels: Floats,
    known: Ints,
    weights: Floats,
    squares: Floats,
    rate: float,
    decay: float,
) -> Floats:
    """As ``predict_and_learn``, for a weight per pair of bins learned by AdaGrad on top of ``offset``."""
    columns, resolutions = bins.shape[1:]
    places, mask = np.empty(columns * (columns - 1) // 2 * resolutions, np.int64), len(weights) - 1
    logits, learned = np.empty(len(known)), 0
    for i in range(len(known) + 1):
        while learned < (known[i] if i < len(known) else len(labels)):
            place_pairs(bins[learned], mask, places)
            logit = offset[learned]
            for place in places:
                logit += weights[place]
            error = sigmoid(logit) - labels[learned]
            for place in places:
                gradient = error + decay * weights[place]
                squares[place] += gradient * gradient
                weights[place] -= rate * gradient / np.sqrt(squares[place])
            learned += 1
        if i < len(known):
            place_pairs(bins[len(labels) + i], mask, places)
            logits[i] = offset[len(labels) + i]
            for place in places:
                logits[i] += weights[place]
    return logits


@machine_code
def mix(logits: Floats, labels: Floats, known: Ints, weights: Floats, share: float) -> Floats:
    """Mixed probabilities, rows as in ``predict_and_learn``; ``weights`` (sum 1) moves with every label learned."""
    mixed, learned, experts = np.zeros(len(known)), 0, len(weights)
    for i in range(len(known) + 1):
        while learned < (known[i] if i < len(known) else len(labels)):
            total = 0.0
            for k in range(experts):
                chance = min(max(sigmoid(logits[learned, k]), 1e-6), 1.0 - 1e-6)
                weights[k] *= chance if labels[learned] > 0.5 else 1.0 - chance  # noqa: PLR2004 - 0 or 1
                total += weights[k]
            for k in range(experts):
                weights[k] = (1.0 - share) * weights[k] / total + share / experts
            learned += 1
        for k in range(experts if i < len(known) else 0):
            mixed[i] += weights[k] * sigmoid(logits[len(labels) + i, k])
    return mixed


@machine_code
def rate_levels(
    levels: Ints, labels: Floats, known: Ints, counts: Floats, sums: Floats, totals: Floats, pull: float
) -> Floats:
    """Log-odds of each level's rate among the labels known, less the base rate's; shrunken by ``pull`` rows."""
    columns, learned = levels.shape[1], 0
    rated = np.empty((len(known), columns))
    for i in range(len(known) + 1):
        while learned < (known[i] if i < len(known) else len(labels)):
            totals[0] += 1.0
            totals[1] += labels[learned]
            for k in range(columns):
                counts[k, levels[learned, k]] += 1.0
                sums[k, levels[learned, k]] += labels[learned]
            learned += 1
        base = (totals[1] + 0.5) / (totals[0] + 1.0)
        for k in range(columns if i < len(known) else 0):
            level = levels[len(labels) + i, k]
            rate = (sums[k, level] + pull * base) / (counts[k, level] + pull)
            rated[i, k] = np.log(rate / (1.0 - rate)) - np.log(base / (1.0 - base))
    return rated


@machine_code
def standardise(columns: Floats, moments: Floats, most: float) -> Floats:
    """Each value by the running mean and deviation up to and with it (Welford 1962), clipped; NaN stays.

    ``moments`` (3 × columns) holds counts, means and sums of squared deviations.
    """
    scaled = np.empty(columns.shape)
    for i in range(columns.shape[0]):
        for k in range(columns.shape[1]):
            value = columns[i, k]
            if np.isnan(value):
                scaled[i, k] = value
                continue
            moments[0, k] += 1.0
            distance = value - moments[1, k]
            moments[1, k] += distance / moments[0, k]
            moments[2, k] += distance * (value - moments[1, k])
            deviation = np.sqrt(moments[2, k] / moments[0, k])
            scaled[i, k] = min(max((value - moments[1, k]) / deviation, -most), most) if deviation > 0.0 else 0.0
    return scaled
