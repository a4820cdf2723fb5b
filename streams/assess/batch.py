"""The typed adapter to scikit-learn's gradient boosting and measures: what progressive models are compared with."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.arrays import Floats, Ints
from streams.assess.losses import row_losses

FEWEST = 50
"""Labels under which boosting answers the base rate."""
MOST = 1_000_000
"""The newest rows that one fit takes."""
CHOSEN_ON = 100_000
"""The newest rows on which a candidate of the grid is chosen."""
KEPT_BACK = 0.2
WORTH_THREADS = 100_000
"""Rows from which threads help; under it they only wait for each other, on a busy machine for ever."""
MOST_LEVELS = 200
"""scikit-learn takes at most 255 levels; rarer ones become one."""
GRID: tuple[dict[str, float | int], ...] = (
    {"max_depth": 2, "learning_rate": 0.05, "max_iter": 100, "min_samples_leaf": 50},
    {"max_depth": 3, "learning_rate": 0.05, "max_iter": 80, "min_samples_leaf": 20},
    {"max_depth": 6, "learning_rate": 0.08, "max_iter": 150, "min_samples_leaf": 20},
)


class Rows(NamedTuple):
    """What boosting is given: ``values`` (n × columns, NaN where missing), which columns are categories, the labels."""

    values: Floats
    is_category: tuple[bool, ...]
    labels: Floats


def rows(numbers: Floats, levels: Ints, labels: Floats) -> Rows:
    """A table's columns side by side; the levels beyond the ``MOST_LEVELS`` most frequent are taken as one."""
    common = [_common(levels[:, k]) for k in range(levels.shape[1])]
    values = np.concatenate([numbers, *(column[:, None] for column in common)], axis=1)
    return Rows(values, (False,) * numbers.shape[1] + (True,) * len(common), labels)


def refitted(
    table: Rows, ready: Ints, starts: list[int], seed: int = 0, progress: Callable[[int], None] = lambda _: None
) -> Floats:
    """Probabilities of all rows by boosting that is fitted anew at each of ``starts`` on the labels known by then.

    The candidate of ``GRID`` that is best on the last fifth of these labels is fitted on all of them.
    """
    count = len(table.labels)
    probability = np.empty(count)
    for start, stop in pairwise((0, *starts, count)):
        known = int(ready[start]) if start else 0
        probability[start:stop] = _fitted(table, known, seed, slice(start, stop))
        progress(stop - start)
    return probability


def area_under_curve(labels: Floats, scores: Floats) -> float | None:
    """Area under the receiver operating characteristic; None where only one kind of label is there."""
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415 - a second; only who assesses pays

    return float(roc_auc_score(labels, scores)) if 0.0 < labels.mean() < 1.0 else None


def _fitted(table: Rows, known: int, seed: int, wanted: slice) -> Floats:
    labels = table.labels[max(known - MOST, 0) : known]
    rate = (labels.sum() + 0.5) / (len(labels) + 1.0)
    if len(labels) < FEWEST or not 0.0 < labels.mean() < 1.0 or not table.values.shape[1]:
        return np.full(wanted.stop - wanted.start, rate)
    values = table.values[max(known - MOST, 0) : known]
    best = _best(table, values[-CHOSEN_ON:], labels[-CHOSEN_ON:], seed)
    return _fit(best, seed, table, values, labels)(table.values[wanted])


def _best(table: Rows, values: Floats, labels: Floats, seed: int) -> dict[str, float | int]:
    cut = int(len(labels) * (1.0 - KEPT_BACK))
    chances = [_fit(kind, seed, table, values[:cut], labels[:cut])(values[cut:]) for kind in GRID]
    return GRID[int(np.argmin([row_losses(labels[cut:], chance).mean() for chance in chances]))]


def _fit(
    kind: dict[str, float | int], seed: int, table: Rows, values: Floats, labels: Floats
) -> Callable[[Floats], Floats]:
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - as above
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - as above

    if labels.min() == labels.max():
        return lambda asked: np.full(len(asked), labels[0])
    usable: NDArray[np.bool_] = np.asarray(~np.isnan(values).all(axis=0))  # empty so far: no bins
    if not usable.any():
        return lambda asked: np.full(len(asked), labels.mean())
    categories = [is_category for is_category, used in zip(table.is_category, usable, strict=True) if used]
    model: Any = HistGradientBoostingClassifier(random_state=seed, categorical_features=categories or None, **kind)
    with threadpool_limits(None if len(labels) >= WORTH_THREADS else 1):
        model.fit(values[:, usable], labels)

    def predict(asked: Floats) -> Floats:
        with threadpool_limits(None if len(asked) >= WORTH_THREADS else 1):
            return np.asarray(model.predict_proba(asked[:, usable])[:, 1], dtype=np.float64)

    return predict


def _common(levels: Ints) -> Floats:
    found, counts = np.unique(levels, return_counts=True)
    kept = found[np.argsort(-counts, kind="stable")[:MOST_LEVELS]]
    codes = np.full(int(levels.max(initial=0)) + 1, len(kept), dtype=np.float64)
    codes[kept] = np.arange(len(kept))
    return codes[levels]
