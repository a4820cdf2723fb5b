"""The typed adapter to PyOD and scikit-learn: fits isolation forests and reads them out as flat arrays."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.fraud.forest import LEAF

TREES = 100
SHARES: tuple[float, ...] = (*(k / 100 for k in range(99)), 0.99, 0.995, 0.999, 1.0)
"""Shares of training rows at which a snapshot keeps the score: finer where it matters."""

Rows = NDArray[np.float64]


class FittedForest:
    """A PyOD ``IForest`` fitted on rows (n × columns), with its compiled arrays."""

    def __init__(self, rows: Rows, seed: int, trees: int = TREES) -> None:
        from pyod.models.iforest import IForest  # noqa: PLC0415 - seconds; only who fits pays

        self._detector: Any = IForest(n_estimators=trees, random_state=seed, n_jobs=1).fit(rows)

    def decision_function(self, rows: Rows) -> Rows:
        """PyOD's own scores: higher is stranger."""
        scores: Rows = np.asarray(self._detector.decision_function(rows), dtype=np.float64)
        return scores

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays that ``IsolationForest`` scores with.

        Raises:
            RuntimeError: scikit-learn lays its trees out in another way than the pinned version does.

        """
        forest = self._detector.detector_
        trees = [_flat_tree(forest, k) for k in range(len(forest.estimators_))]
        roots = np.cumsum([0, *(len(tree["feature"]) for tree in trees[:-1])])
        right = [tree["right"] + root for tree, root in zip(trees, roots, strict=True)]
        training = self._detector.decision_scores_
        return {
            "feature": np.concatenate([tree["feature"] for tree in trees]).astype(np.int16),
            "value": np.concatenate([tree["value"] for tree in trees]).astype(np.float64),
            "right": np.concatenate(right).astype(np.int32),
            "root": roots.astype(np.int32),
            "scale": np.array([len(trees) * _mean_path(forest.max_samples_), forest.offset_], dtype=np.float64),
            "share": np.array(SHARES),
            "quantile": np.quantile(training, SHARES),
        }


def _flat_tree(forest: Any, index: int) -> dict[str, NDArray[Any]]:
    tree = forest.estimators_[index].tree_
    inner = np.flatnonzero(tree.children_left >= 0)
    if not np.array_equal(tree.children_left[inner], inner + 1):
        raise RuntimeError("scikit-learn no longer stores trees depth-first; streams.fraud.fit has to follow")
    columns = forest.estimators_features_[index]
    is_leaf = tree.children_left < 0
    paths = forest._decision_path_lengths[index] + forest._average_path_length_per_tree[index] - 1.0  # noqa: SLF001
    return {
        "feature": np.where(is_leaf, LEAF, columns[np.maximum(tree.feature, 0)]),
        "value": np.where(is_leaf, paths, tree.threshold),
        "right": np.where(is_leaf, 0, tree.children_right),
    }


def _mean_path(samples: int) -> float:
    """Mean depth of an unsuccessful search in a binary search tree of ``samples`` nodes."""
    if samples <= 2:  # noqa: PLR2004 - the formula holds from three on
        return float(max(samples - 1, 0))
    return float(2.0 * (np.log(samples - 1.0) + np.euler_gamma) - 2.0 * (samples - 1.0) / samples)
