"""The typed adapter to numba: the machine code that walks a row through a forest."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Kernel = Callable[[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], int], float]
RowsKernel = Callable[[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], int], NDArray[np.float64]]


def depth_sum(
    row: NDArray[Any],
    features: NDArray[Any],
    values: NDArray[Any],
    children: NDArray[Any],
    roots: NDArray[Any],
    depth: int,
) -> float:
    """Sum over trees, in their order, of the path length at which ``row`` is isolated.

    ``values`` holds an inner node's threshold and a leaf's path length; ``children`` (nodes × 2) leads a leaf to
    itself, so ``depth`` steps bring every tree to its leaf. All trees step together and without branches: three times
    as fast as tree by tree. scikit-learn compares the row as float32 with thresholds of float64.
    """
    narrow = row.astype(np.float32)
    nodes = roots.copy()
    for _ in range(depth):
        for tree in range(len(nodes)):
            node = nodes[tree]
            nodes[tree] = children[node, int(narrow[features[node]] > values[node])]
    total = 0.0
    for node in nodes:
        total += values[node]
    return total


@cache
def compiled() -> Kernel:
    """``depth_sum`` as machine code (about a second, once per process; no cache on disk, no fast-math)."""
    from numba import njit  # noqa: PLC0415 - half a second; only who scores forests pays

    signature = "float64(float64[::1], int16[::1], float64[::1], int32[:, ::1], int32[::1], int64)"
    kernel: Kernel = njit(signature)(depth_sum)
    return kernel


@cache
def compiled_rows() -> RowsKernel:
    """The same walk for many rows (n × columns, C order) in one call: their sums (n)."""
    from numba import njit  # noqa: PLC0415 - as above

    walk = compiled()

    def depth_sums(
        rows: NDArray[Any],
        features: NDArray[Any],
        values: NDArray[Any],
        children: NDArray[Any],
        roots: NDArray[Any],
        depth: int,
    ) -> NDArray[np.float64]:
        sums = np.empty(len(rows))
        for k in range(len(rows)):
            sums[k] = walk(rows[k], features, values, children, roots, depth)
        return sums

    kernel: RowsKernel = njit(depth_sums)
    return kernel
