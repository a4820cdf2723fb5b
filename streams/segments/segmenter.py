"""What every learned segmenter is: a learner of profile rows, and a form that puts rows into numbered segments."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from streams.arrays import Floats, Ints

UNASSIGNED = -1
"""The number of rows that belong to no segment, or of which nothing is known yet."""

FARTHEST = 1e6
"""Values beyond are taken as this: rows hold log1p of what people do, and squares must stay finite."""

Arrays = dict[str, NDArray[Any]]


class Form(Protocol):
    """What assigns: made of plain arrays, changed by nothing."""

    def assign(self, rows: Floats) -> Ints:
        """The segments (n) of rows (n × columns), from 0, or ``UNASSIGNED``; ValueError as ``Segmenter.learn``."""

    def anchors(self) -> Floats:
        """A row (segments × columns) in the midst of each segment."""

    def arrays(self) -> Arrays:
        """What it is made of, as a snapshot holds it."""


class Segmenter(Protocol):
    """Learns profile rows, columns as ``streams.features.catalogue.SEGMENT_ROW``, NaN where missing.

    Learning rows in any pieces gives the same arrays as learning them at once; what is drawn follows from a seed.
    """

    def learn(self, rows: Floats) -> None:
        """Take rows (n × columns); ValueError for another width or an infinite value."""

    def form(self) -> Form:
        """What assigns as of now."""

    def arrays(self) -> Arrays:
        """Everything it knows: what restores it."""


def checked(rows: Floats, columns: int) -> Floats:
    """The rows, within ``FARTHEST``; NaN stays.

    Raises:
        ValueError: they are no matrix of ``columns`` columns, or hold an infinite value.

    """
    if rows.ndim != 2 or rows.shape[1] != columns or np.isinf(rows).any():  # noqa: PLR2004 - a matrix
        raise ValueError(f"rows of {columns} numbers (NaN where missing) are needed, got a shape of {rows.shape}")
    return np.clip(rows, -FARTHEST, FARTHEST)


def filled(rows: Floats, means: Floats) -> Floats:
    """The rows with ``means`` (columns) where values are missing."""
    return np.where(np.isnan(rows), means, rows)
