"""The other loops of the progressive models: rates, pairs of columns, the mixture, running standardisation.

In all of them the first rows, as many as there are ``labels``, are those to learn, the others those to predict; before
predicted row i, ``known[i]`` labels are learned.
"""

import numpy as np

from streams.arrays import Floats, Ints
from streams.response.progressive.machine_code import machine_code, sigmoid

HASH_STEP = 2_654_435_761
HASH_SHIFT = 7


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
    """Logits by a weight per pair of bins, learned by AdaGrad on top of ``offset``."""
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
    """Mixed probabilities; ``weights`` (sum 1) moves with every label learned."""
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
