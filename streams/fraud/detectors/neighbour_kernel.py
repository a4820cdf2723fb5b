"""The typed adapter to numba: the nearest rows of a small reference sample."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

from streams.arrays import Floats, Ints

Loop = TypeVar("Loop", bound=Callable[..., Any])

ASKED = 8
"""Columns after which it is asked whether a row is too far already: asking costs as much as three columns."""


def _machine_code(loop: Loop) -> Loop:
    return cast("Loop", numba.njit(loop))


@_machine_code
def _square(row: Floats, other: Floats, enough: float) -> float:
    """Squared Euclidean distance, or anything from ``enough`` on where it is that large."""
    total = 0.0
    for column in range(len(row)):
        total += (row[column] - other[column]) ** 2
        if column % ASKED == ASKED - 1 and total >= enough:
            return float(total)
    return float(total)


@_machine_code
def nearest(reference: Floats, rows: Floats, neighbours: int, own: bool) -> tuple[Floats, Ints]:
    """Distances and indices (n × neighbours, rising) in ``reference`` (m × columns) of ``rows`` (n × columns).

    ``own``: the rows are the reference itself, and no row is its own neighbour. Ties go to the earlier row.
    """
    distances = np.full((len(rows), neighbours), np.inf)
    indices = np.zeros((len(rows), neighbours), dtype=np.int64)
    for k in range(len(rows)):
        far, index = distances[k], indices[k]
        for other in range(len(reference)):
            square = np.inf if own and other == k else _square(rows[k], reference[other], far[-1])
            if square >= far[-1]:
                continue
            place = neighbours - 1
            while place > 0 and far[place - 1] > square:
                far[place], index[place] = far[place - 1], index[place - 1]
                place -= 1
            far[place], index[place] = square, other
    return np.sqrt(distances), indices
