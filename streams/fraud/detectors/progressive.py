"""Detectors along a table: every row scored by what was fitted on earlier rows only."""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from streams.arrays import Floats, Ints
from streams.fraud.detectors.ensemble import fit_ensemble
from streams.fraud.detectors.families import FAMILIES

FIRST, FEWEST = 128, 8
"""Rows before the first fit: 128, in small tables a quarter of all, never under eight."""
PARTS = 10
CHUNK = 8_192
"""Rows that are scored at once: memory stays bounded whatever the table."""


class Scored(NamedTuple):
    """Scores (n − first) by detector, and the combined ``risk`` (n − first), of the rows from ``first`` on."""

    first: int
    scores: dict[str, Floats]
    risk: Floats


def starts(count: int) -> list[int]:
    """Rows at which all is fitted anew: doubling up to a tenth of the table, then ten times at equal distances."""
    found = [max(min(FIRST, count // 4), FEWEST)]
    while found[-1] * 2 * PARTS <= count:
        found.append(found[-1] * 2)
    later = [count * part // PARTS for part in range(1, PARTS)]
    return sorted({start for start in [*found, *(k for k in later if k >= 2 * found[0])] if start < count})


def score_progressively(
    numbers: Floats, levels: Ints, seed: int = 0, progress: Callable[[int], None] = lambda _: None
) -> Scored:
    """Score ``numbers`` (n × F, NaN where missing) and ``levels`` (n × C, codes from 0), rows in the order of time.

    Fits see at most the rows before their start, chunks only fits before them. No label comes in.
    """
    count = len(numbers)
    cuts = [*starts(count), count]
    scores, risk = np.zeros((count, len(FAMILIES))), np.zeros(count)
    progress(min(cuts[0], count))
    for start, stop in pairwise(cuts):
        ensemble = fit_ensemble(numbers[:start], levels[:start], seed)
        for low in range(start, stop, CHUNK):
            own = slice(low, min(low + CHUNK, stop))
            scores[own] = ensemble.score_and_learn(numbers[own], levels[own])
            risk[own] = ensemble.risk(scores[own])
            progress(own.stop - own.start)
    first = cuts[0]
    named = {family.name: scores[first:, k] for k, family in enumerate(FAMILIES)}
    return Scored(first, named, risk[first:])
