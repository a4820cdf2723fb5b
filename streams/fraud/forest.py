"""The compiled form of an isolation forest: flat arrays and machine code, equal to PyOD's ``decision_function``."""

from bisect import bisect_left
from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.models import ModelSnapshot
from streams.folding import Refusal
from streams.fraud.kernel import compiled, compiled_rows
from streams.models.snapshots import unpack

ALGORITHM = "isolation_forest"
LEAF = -1
"""Stands for the feature of a node that has none."""

TIE = 1e-9
"""Scores closer than this are the same: rounding must not lift a common row above its equals."""

ARRAYS = ("feature", "value", "right", "root", "scale", "share", "quantile")


class IsolationForest:
    """Isolation forest (Liu, Ting, Zhou 2008). Higher scores are stranger.

    Nodes lie depth-first, tree after tree: ``feature`` (−1 at leaves), ``value`` (threshold, or path length at leaves),
    ``right`` (index of the right child), ``root`` per tree; ``scale`` is (expected path length of all trees, offset).
    ``quantile`` holds the training scores at the ``share`` of rows under them.
    """

    def __init__(self, arrays: dict[str, NDArray[Any]], columns: int) -> None:
        self.columns = columns
        self._nodes = _walkable(arrays)
        self._expected, self._offset = (float(value) for value in arrays["scale"])
        self._shares: list[float] = arrays["share"].tolist()
        self._quantiles: list[float] = arrays["quantile"].tolist()
        self._kernel = compiled()

    @classmethod
    def from_snapshot(cls, snapshot: ModelSnapshot) -> "IsolationForest":
        """Compile a verified snapshot; the first one in a process compiles the kernel as well.

        Raises:
            Refusal: its arrays do not make a forest.

        """
        if any(name not in snapshot.arrays for name in ARRAYS):
            raise Refusal(f"model {snapshot.key} lacks arrays of a forest", "publish the model again")
        arrays = {name: unpack(snapshot.arrays[name]) for name in ARRAYS}
        if not _is_forest(arrays, len(snapshot.features)):
            raise Refusal(f"model {snapshot.key}: its arrays make no forest", "publish the model again")
        return cls(arrays, len(snapshot.features))

    def score(self, x: Sequence[float]) -> float:
        """The anomaly score of a row; the threshold of PyOD's contamination lies at 0.

        Raises:
            ValueError: the row has another length, or a value that is not finite (PyOD refuses these too).

        """
        if len(x) != self.columns or not isfinite(sum(x)):
            raise ValueError(f"a row of {self.columns} finite numbers is needed, got {x!r}")
        depth = self._kernel(np.array(x, dtype=np.float64), *self._nodes)
        # A forest of single rows has no expected depth: scikit-learn scores it 2⁻¹.
        ratio = depth / self._expected if self._expected else 1.0
        return float(2.0**-ratio) + self._offset

    def scores(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """The anomaly scores (n) of many rows (n × columns), each the very number that ``score`` gives.

        Raises:
            ValueError: rows of another width, or a value that is not finite.

        """
        if rows.ndim != 2 or rows.shape[1] != self.columns or not np.isfinite(rows).all():  # noqa: PLR2004 - a matrix
            raise ValueError(f"rows of {self.columns} finite numbers are needed, got a shape of {rows.shape}")
        depths = compiled_rows()(np.ascontiguousarray(rows, dtype=np.float64), *self._nodes)
        ratios = depths / self._expected if self._expected else np.ones(len(rows))
        return 2.0**-ratios + self._offset

    def rank(self, score: float) -> float:
        """The share of training rows under a score, in [0, 1], straight between the quantiles kept."""
        score -= TIE
        above = bisect_left(self._quantiles, score)
        if above == 0:
            return 0.0
        if above == len(self._quantiles):
            return 1.0
        low, high = self._quantiles[above - 1], self._quantiles[above]
        share = self._shares[above - 1]
        return share + (self._shares[above] - share) * (score - low) / (high - low)


def _walkable(arrays: dict[str, NDArray[Any]]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], int]:
    """What the kernel walks: features, values, children, roots, and the depth of the deepest tree."""
    feature, right, root = arrays["feature"], arrays["right"], arrays["root"]
    here = np.arange(len(feature), dtype=np.int32)
    is_leaf = feature == LEAF
    children = np.stack([np.where(is_leaf, here, here + 1), np.where(is_leaf, here, right)], axis=1)
    depth, level = 0, root
    while len(level := level[~is_leaf[level]]):
        depth, level = depth + 1, children[level].ravel()
    walked = np.where(is_leaf, 0, feature).astype(np.int16)
    return walked, arrays["value"], np.ascontiguousarray(children, dtype=np.int32), root, depth


def _is_forest(arrays: dict[str, NDArray[Any]], columns: int) -> bool:
    """Whether the kernel stays inside the arrays and ends: it has no bounds checks of its own."""
    feature, value, right, root = (arrays[name] for name in ARRAYS[:4])
    kinds = [array.dtype.name for array in (feature, value, right, root)]
    flat = all(array.ndim == 1 for array in arrays.values())
    if kinds != ["int16", "float64", "int32", "int32"] or not flat or not len(feature) == len(value) == len(right):
        return False
    if len(arrays["scale"]) != 2 or len(arrays["share"]) != len(arrays["quantile"]):  # noqa: PLR2004 - a pair
        return False
    nodes, inner = len(feature), np.flatnonzero(feature != LEAF)
    inside = bool(np.all((feature >= LEAF) & (feature < columns)) and np.all((root >= 0) & (root < nodes)))
    onwards = bool(np.all(right[inner] > inner) and np.all(right[inner] < nodes) and np.all(inner + 1 < nodes))
    return inside and onwards and _can_score(arrays)


def _can_score(arrays: dict[str, NDArray[Any]]) -> bool:
    """Whether scores and ranks come out finite: path lengths are none below 0, quantiles and their shares ascend."""
    if not all(bool(np.all(np.isfinite(arrays[name]))) for name in ("value", "scale", "share", "quantile")):
        return False
    lengths, share = arrays["value"][arrays["feature"] == LEAF], arrays["share"]
    ascending = all(bool(np.all(np.diff(arrays[name]) >= 0)) for name in ("share", "quantile"))
    return ascending and bool(np.all(lengths >= 0) and arrays["scale"][0] >= 0 and np.all((share >= 0) & (share <= 1)))
