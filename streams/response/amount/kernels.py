"""The loops of the progressive models of amounts as machine code."""

import numpy as np

from streams.arrays import Floats, Ints
from streams.response.progressive.kalman import FORGETTING, forget
from streams.response.progressive.machine_code import machine_code

TAME = 3.0
"""Times the second largest deviation so far that a label may lie off the mean."""
TEMPER = 2.0
"""Losses count as if the noise were so many times what it is: tails are heavier than normal."""
MOST_LOSS = 10.0
NOISE_KEEP = 0.9998


@machine_code
def tame(labels: Floats) -> Floats:
    """Labels as they are learned, each by itself and those before: one that lies far off all others is drawn in.

    It may lie off the mean by three times the second largest deviation so far, its own included; so a lone 1e9 is
    drawn in, a second one is believed, and zeros do not forbid what is rare.
    """
    tamed, mean = np.empty(len(labels)), labels[0] if len(labels) else 0.0
    largest, second = 0.0, 0.0
    for i in range(len(labels)):
        off = abs(labels[i] - mean)
        if off > largest:
            largest, second = off, largest
        elif off > second:
            second = off
        most = TAME * second
        tamed[i] = min(max(labels[i], mean - most), mean + most)
        mean += (tamed[i] - mean) / (i + 1.0)
    return tamed


@machine_code
def running(labels: Floats, keep: float) -> Floats:
    """Mean and deviation of the first i labels (n + 1 × 2), each label leaving ``keep`` of what was before."""
    found = np.zeros((len(labels) + 1, 2))
    weight, mean, squares = 0.0, 0.0, 0.0
    for i in range(len(labels)):
        weight = weight * keep + 1.0
        distance = labels[i] - mean
        mean += distance / weight
        squares = squares * keep + distance * (labels[i] - mean)
        found[i + 1, 0] = mean
        found[i + 1, 1] = np.sqrt(max(squares / weight, 0.0))
    return found


@machine_code
def mean_levels(levels: Ints, labels: Floats, ready: Ints, pull: float) -> Floats:
    """Each level's mean among the ``ready`` labels known, less the mean of all; shrunken by ``pull`` rows."""
    rows, columns = levels.shape
    most = levels.max() + 1 if levels.size else 1
    counts, sums = np.zeros((columns, most)), np.zeros((columns, most))
    rated, learned, total = np.zeros((rows, columns)), 0, 0.0
    for i in range(rows):
        while learned < ready[i]:
            total += labels[learned]
            for k in range(columns):
                counts[k, levels[learned, k]] += 1.0
                sums[k, levels[learned, k]] += labels[learned]
            learned += 1
        overall = total / learned if learned else 0.0
        for k in range(columns):
            level = levels[i, k]
            rated[i, k] = (sums[k, level] - counts[k, level] * overall) / (counts[k, level] + pull)
    return rated


@machine_code
def learn_row(
    index: Ints, value: Floats, offset: float, label: float, mean: Floats, cov: Floats, scratch: Floats
) -> None:
    """One step of recursive least squares (a Kalman filter); ``cov`` is in units of the noise's variance."""
    size = len(mean)
    said, spread = offset, 0.0
    scratch[:] = 0.0
    for k in range(len(index)):
        if value[k] != 0.0:
            at = index[k]
            said += mean[at] * value[k]
            for j in range(size):
                scratch[j] += cov[at, j] * value[k]
    for k in range(len(index)):
        spread += value[k] * scratch[index[k]]
    gain = 1.0 / (1.0 + spread)
    for i in range(size):
        shrink = scratch[i] * gain
        mean[i] += shrink * (label - said)
        if shrink != 0.0:
            for j in range(size):
                cov[i, j] -= shrink * scratch[j]


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
    """Predictions of some rows, each after ``known`` of the rows to learn; a label that is NaN teaches nothing.

    The first rows, as many as there are ``labels``, are those to learn, the others those to predict; ``index`` and
    ``value`` (rows × entries) are their sparse form.
    """
    said, learned, scratch = np.empty(len(known)), 0, np.empty(len(mean))
    for i in range(len(known) + 1):
        while learned < (known[i] if i < len(known) else len(labels)):
            if not np.isnan(labels[learned]):
                learn_row(index[learned], value[learned], offset[learned], labels[learned], mean, cov, scratch)
            learned += 1
            if keep < 1.0 and learned % FORGETTING == 0:
                forget(cov, prior, keep**FORGETTING)
        if i < len(known):
            at = len(labels) + i
            said[i] = offset[at]
            for k in range(index.shape[1]):
                said[i] += mean[index[at, k]] * value[at, k]
    return said


@machine_code
def predict_and_learn_crosses(
    places: Ints, offset: Floats, labels: Floats, known: Ints, weights: Floats, squares: Floats, rate: float
) -> Floats:
    """As ``predict_and_learn``, of a weight per place (rows × entries) learned by AdaGrad on top of ``offset``."""
    said, learned = np.empty(len(known)), 0
    for i in range(len(known) + 1):
        while learned < (known[i] if i < len(known) else len(labels)):
            error = offset[learned] - labels[learned]
            for place in places[learned]:
                error += weights[place]
            for place in places[learned]:
                squares[place] += error * error
                weights[place] -= rate * error / np.sqrt(squares[place])
            learned += 1
        if i < len(known):
            said[i] = offset[len(labels) + i]
            for place in places[len(labels) + i]:
                said[i] += weights[place]
    return said


@machine_code
def rescale(raw: Floats, labels: Floats, known: Ints, sums: Floats, keep: float, most: float) -> Floats:
    """Raw predictions times what labels were per raw prediction so far: smearing, as Duan (1983), for any noise.

    Rows as in ``predict_and_learn``; ``sums`` (labels, raw predictions) moves with every label learned.
    """
    scaled, learned = np.empty(len(known)), 0
    for i in range(len(known) + 1):
        while learned < (known[i] if i < len(known) else len(labels)):
            sums[0] = sums[0] * keep + labels[learned]
            sums[1] = sums[1] * keep + raw[learned]
            learned += 1
        if i < len(known):
            ratio = sums[0] / sums[1] if sums[0] * sums[1] > 0.0 else 1.0
            scaled[i] = raw[len(labels) + i] * min(max(ratio, 1.0 / most), most)
    return scaled


@machine_code
def mix(said: Floats, labels: Floats, known: Ints, weights: Floats, noise: Floats, share: float) -> Floats:
    """Mixed predictions, rows as in ``predict_and_learn``; ``weights`` (sum 1) moves with every label learned.

    Losses are measured by ``noise``: labels and the mixture's squared errors, of about the last five thousand labels.
    A label that is NaN teaches nothing.
    """
    mixed, learned, experts = np.zeros(len(known)), 0, len(weights)
    for i in range(len(known) + 1):
        while learned < (known[i] if i < len(known) else len(labels)):
            if np.isnan(labels[learned]):
                learned += 1
                continue
            error, total, least = labels[learned], 0.0, np.inf
            for k in range(experts):
                error -= weights[k] * said[learned, k]
                least = min(least, (labels[learned] - said[learned, k]) ** 2)
            noise[0] = noise[0] * NOISE_KEEP + 1.0
            noise[1] = noise[1] * NOISE_KEEP + error * error
            variance = TEMPER * noise[1] / noise[0]
            for k in range(experts if variance > 0.0 else 0):
                loss = ((labels[learned] - said[learned, k]) ** 2 - least) / (2.0 * variance)
                weights[k] *= np.exp(-min(loss, MOST_LOSS))
                total += weights[k]
            for k in range(experts if variance > 0.0 else 0):
                weights[k] = (1.0 - share) * weights[k] / total + share / experts
            learned += 1
        for k in range(experts if i < len(known) else 0):
            mixed[i] += weights[k] * said[len(labels) + i, k]
    return mixed
