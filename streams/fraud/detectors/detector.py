"""What every detector is: arrays that were fitted on rows, and scores of other rows by them."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from streams.arrays import Floats

Arrays = dict[str, NDArray[Any]]
"""What a detector scores with; nothing but this goes into a snapshot."""


class Detector(Protocol):
    """A fitted detector. Rows are n × columns, finite; scores are n, finite, and higher is stranger."""

    def scores(self, rows: Floats) -> Floats:
        """Score rows by what was learned so far; nothing is learned from them."""

    def score_and_learn(self, rows: Floats) -> Floats:
        """Score every row by the rows before it; a detector that does not learn row by row just scores."""

    def arrays(self) -> Arrays:
        """All that it knows."""


class Family(NamedTuple):
    """A kind of detector: ``fit`` makes arrays from rows (n ≥ 2) and a seed, ``load`` a detector from arrays.

    ``name`` is the one in figures. ``reserve``: how many standard deviations of its score the combined risk takes off,
    for a kind that is right less often when it stands alone. ``is_ratio``: scores are ratios above 0, so deviations are
    those of their logarithms (of repeated rows a ratio knows no bounds).
    """

    name: str
    fit: Callable[[Floats, int], Arrays]
    load: Callable[[Arrays], Detector]
    reserve: float = 0.0
    is_ratio: bool = False


def checked(rows: Floats, columns: int) -> Floats:
    """Rows as a contiguous matrix of ``columns``.

    Raises:
        ValueError: another width, or a value that is not finite; nothing is guessed here.

    """
    if rows.ndim != 2 or rows.shape[1] != columns or not np.isfinite(rows).all():  # noqa: PLR2004 - a matrix
        raise ValueError(f"rows of {columns} finite numbers are needed, got a shape of {rows.shape}")
    return np.ascontiguousarray(rows, dtype=np.float64)
