"""Bayesian logistic regression row by row: the loops of the extended Kalman filter."""

import numpy as np

from streams.arrays import Floats, Ints
from streams.response.progressive.machine_code import machine_code, sigmoid

PROBIT = np.pi / 8.0
"""MacKay's constant: the mean of a logistic over a normal logit is sigmoid(m / √(1 + π/8 · variance))."""
FORGETTING = 8
"""Labels after which covariances widen for all of them: it takes as long as to learn one."""


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
