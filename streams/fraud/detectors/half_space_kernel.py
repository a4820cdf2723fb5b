"""The typed adapter to numba: the loops of half-space trees, number by number River's."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

from streams.arrays import Floats, Ints

Loop = TypeVar("Loop", bound=Callable[..., Any])

SPARSE = 0.1
"""Share of a window under which a node is not looked into any further; the authors' constant."""


def _machine_code(loop: Loop) -> Loop:
    return cast("Loop", numba.njit(loop))


@_machine_code
def _mass(row: Floats, feature: Ints, threshold: Floats, reference: Ints, limit: float) -> float:
    """Σ mass × 2^depth along one tree's path, which ends where fewer than ``limit`` rows had been."""
    inner, node, weight, total = len(feature), 0, 1.0, 0.0
    while node < inner:
        total += reference[node] * weight
        if reference[node] < limit:
            return float(total)
        node = 2 * node + (1 if row[feature[node]] < threshold[node] else 2)
        weight *= 2.0
    return float(total + reference[node] * weight)


@_machine_code
def _score(row: Floats, feature: Ints, threshold: Floats, reference: Ints, counts: Ints) -> float:
    """1 − share of the largest mass possible; 0 before a window is whole."""
    if counts[2] == 0:
        return 0.0
    total = 0.0
    for tree in range(len(feature)):
        total += _mass(row, feature[tree], threshold[tree], reference[tree], SPARSE * counts[0])
    return float(1.0 - total / (len(feature) * counts[0] * reference.shape[1]))


@_machine_code
def _learn(row: Floats, feature: Ints, threshold: Floats, reference: Ints, latest: Ints, counts: Ints) -> None:
    """Count the row in every node that it passes; a whole window becomes the reference."""
    inner = feature.shape[1]
    for tree in range(len(feature)):
        node = 0
        latest[tree, 0] += 1
        while node < inner:
            node = 2 * node + (1 if row[feature[tree, node]] < threshold[tree, node] else 2)
            latest[tree, node] += 1
    counts[1] += 1
    if counts[1] == counts[0]:
        reference[:] = latest
        latest[:] = 0
        counts[1] = 0
        counts[2] += 1


@_machine_code
def score_rows(rows: Floats, feature: Ints, threshold: Floats, reference: Ints, counts: Ints) -> Floats:
    """Scores (n) of rows (n × columns in 0..1) that are not learned."""
    found = np.empty(len(rows))
    for k in range(len(rows)):
        found[k] = _score(rows[k], feature, threshold, reference, counts)
    return found


@_machine_code
def learn_rows(rows: Floats, feature: Ints, threshold: Floats, reference: Ints, latest: Ints, counts: Ints) -> None:
    """Learn rows in their order, in place."""
    for k in range(len(rows)):
        _learn(rows[k], feature, threshold, reference, latest, counts)


@_machine_code
def score_and_learn_rows(
    rows: Floats, feature: Ints, threshold: Floats, reference: Ints, latest: Ints, counts: Ints
) -> Floats:
    """Scores (n), each before its row is learned."""
    found = np.empty(len(rows))
    for k in range(len(rows)):
        found[k] = _score(rows[k], feature, threshold, reference, counts)
        _learn(rows[k], feature, threshold, reference, latest, counts)
    return found
