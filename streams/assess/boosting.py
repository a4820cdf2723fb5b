"""The typed adapter to scikit-learn's gradient boosting: what progressive models are compared with."""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.arrays import Floats, Ints

FEWEST = 50
"""Labels under which boosting answers their mean."""
WORTH_THREADS = 100_000
"""Rows from which threads help; under it they only wait for each other, on a busy machine for ever."""
MOST_LEVELS = 200
"""scikit-learn takes at most 255 levels; rarer ones become one."""

Predict = Callable[[Floats], Floats]
Setting = dict[str, float | int]
EarlyStopping = bool | Literal["auto"]


class Rows(NamedTuple):
    """What boosting is given: ``values`` (n × columns, NaN where missing), which columns are categories, the labels."""

    values: Floats
    is_category: tuple[bool, ...]
    labels: Floats

    def take(self, own: slice) -> "Rows":
        """Some of the rows."""
        return Rows(self.values[own], self.is_category, self.labels[own])


def rows(numbers: Floats, levels: Ints, labels: Floats) -> Rows:
    """A table's columns side by side; the levels beyond the ``MOST_LEVELS`` most frequent are taken as one."""
    common = [_common(levels[:, k]) for k in range(levels.shape[1])]
    values = np.concatenate([numbers, *(column[:, None] for column in common)], axis=1)
    return Rows(values, (False,) * numbers.shape[1] + (True,) * len(common), labels)


def boosted(table: Rows, setting: Setting, seed: int = 0, *, chances: bool = False) -> Predict:
    """Boosting fitted on the table's rows; of 0/1 labels the ``chances``, of others the expected value.

    Under ``FEWEST`` rows the answer is their mean (0 of no label).
    """
    if len(table.labels) < FEWEST:
        return _constant(table.labels)
    return fitted(table, setting, seed, chances=chances, early_stopping=False)


def fitted(table: Rows, setting: Setting, seed: int, *, chances: bool, early_stopping: EarlyStopping) -> Predict:
    """The same of however few rows; where labels or columns say nothing, the answer is their mean."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor  # noqa: PLC0415 - slow
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - as above

    labels = table.labels
    usable: NDArray[np.bool_] = np.asarray(~np.isnan(table.values).all(axis=0))  # empty so far: no bins
    if labels.min() == labels.max() or not usable.any():
        return _constant(labels)
    categories = [is_category for is_category, used in zip(table.is_category, usable, strict=True) if used]
    kind = HistGradientBoostingClassifier if chances else HistGradientBoostingRegressor
    model: Any = kind(random_state=seed, categorical_features=categories, early_stopping=early_stopping, **setting)
    with threadpool_limits(_threads(len(labels))):
        model.fit(table.values[:, usable], labels)

    def predict(asked: Floats) -> Floats:
        own = asked[:, usable]
        with threadpool_limits(_threads(len(asked))):
            said = model.predict_proba(own)[:, 1] if chances else model.predict(own)
        return np.asarray(said, dtype=np.float64)

    return predict


def _constant(labels: Floats) -> Predict:
    mean = float(labels.mean()) if len(labels) else 0.0
    return lambda asked: np.full(len(asked), mean)


def _threads(count: int) -> int | None:
    return None if count >= WORTH_THREADS else 1


def _common(levels: Ints) -> Floats:
    found, counts = np.unique(levels, return_counts=True)
    kept = found[np.argsort(-counts, kind="stable")[:MOST_LEVELS]]
    codes = np.full(int(levels.max(initial=0)) + 1, len(kept), dtype=np.float64)
    codes[kept] = np.arange(len(kept))
    return codes[levels]
