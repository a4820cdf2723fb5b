"""m(x) of an outcome that is a number: progressive, each row's mean from rows before it only."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from streams.arrays import Floats, Ints
from streams.response.effect.basis import place
from streams.response.effect.shrinkage import weighed
from streams.response.effect.sums import Sums, nothing, sums_of

FIRST, GROWTH = 50, 1.5
"""The mean is fitted anew after so many rows, and whenever there are so many times as many."""
PART = 8_192


def progressive_means(numbers: Floats, levels: Ints, outcomes: Floats, ready: Ints) -> Floats:
    """Means (n), each from at most the first ``ready`` rows, whose outcomes were known before it.

    ``ready`` (n) never falls and is at most the row's own index. Lines, hats and levels are
    shrunken towards the plain mean, as strongly as the rows themselves speak for it.
    """
    means = np.zeros(len(outcomes))
    for start, stop in stages(int(ready[-1]), len(outcomes)):
        means[start:stop] = _fitted(numbers, levels, outcomes, int(ready[start]), slice(start, stop))
    return means


def stages(known: int, count: int) -> Iterator[tuple[int, int]]:
    """Stretches of rows that are predicted with one fit: growing ones up to row ``known``, then all others."""
    starts = [0]
    while (following := max(FIRST, int(starts[-1] * GROWTH))) < known:
        starts.append(following)
    return pairwise(sorted({*starts, known, count}))


def _fitted(numbers: Floats, levels: Ints, outcomes: Floats, known: int, asked: slice) -> Floats:
    mean = float(outcomes[:known].mean()) if known else 0.0
    spread = float(outcomes[:known].std()) if known else 0.0
    if known < FIRST or not spread:
        return np.full(asked.stop - asked.start, mean)
    flat = np.zeros(len(numbers))
    basis = place(numbers[:known], levels[:known], flat[:known])
    sums: Sums = nothing(len(basis.blocks))
    for start in range(0, known, PART):
        own = slice(start, min(start + PART, known))
        functions = basis.encode(numbers[own], levels[own], flat[own])
        sums = sums.plus(sums_of(functions, np.ones(own.stop - start), (outcomes[own] - mean) / spread))
    beta = spread * weighed(sums, basis.blocks)
    cuts = [*range(asked.start, asked.stop, PART), asked.stop]
    return np.concatenate([mean + basis.encode(numbers[a:b], levels[a:b], flat[a:b]) @ beta for a, b in pairwise(cuts)])
