"""The typed adapter to scikit-learn's gradient boosting for numbers, money and rewards."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.arrays import Floats, Ints
from streams.assess.batch import FEWEST, GRID, KEPT_BACK, MOST, WORTH_THREADS, Rows

Predict = Callable[[Floats], Floats]
Setting = dict[str, float | int]


def boosted(table: Rows, setting: Setting, seed: int = 0, *, chances: bool = False) -> Predict:
    """Boosting fitted on the table's rows; of 0/1 labels the ``chances``, of others the expected value.

    Under ``FEWEST`` rows, and where the labels are all the same, the answer is their mean (0 of no label).
    """
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor  # noqa: PLC0415 - slow
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - as above

    labels = table.labels
    if len(labels) < FEWEST or labels.min() == labels.max():
        return _constant(float(labels.mean()) if len(labels) else 0.0)
    usable: NDArray[np.bool_] = np.asarray(~np.isnan(table.values).all(axis=0))  # empty so far: no bins
    if not usable.any():
        return _constant(float(labels.mean()))
    categories = [is_category for is_category, used in zip(table.is_category, usable, strict=True) if used]
    kind = HistGradientBoostingClassifier if chances else HistGradientBoostingRegressor
    model: Any = kind(random_state=seed, categorical_features=categories, early_stopping=False, **setting)
    with threadpool_limits(None if len(labels) >= WORTH_THREADS else 1):
        model.fit(table.values[:, usable], labels)

    def predict(asked: Floats) -> Floats:
        own = asked[:, usable]
        with threadpool_limits(None if len(asked) >= WORTH_THREADS else 1):
            said = model.predict_proba(own)[:, 1] if chances else model.predict(own)
        return np.asarray(said, dtype=np.float64)

    return predict


def refitted_amounts(
    table: Rows,
    ready: Ints,
    starts: list[int],
    before: Floats,
    seed: int = 0,
    progress: Callable[[int], None] = lambda _: None,
) -> Floats:
    """Amounts of all rows by boosting that is fitted anew at each of ``starts`` on the labels known by then.

    The candidate of ``GRID`` with the least squared error on the last fifth of these labels is fitted on all of them;
    ``before`` (n) is the answer of the rows before the first of ``starts``.
    """
    amounts = before.copy()
    progress(starts[0] if starts else len(amounts))
    for start, stop in pairwise((*starts, len(amounts))):
        known = int(ready[start])
        own = slice(max(known - MOST, 0), known)
        amounts[start:stop] = _best(_part(table, own), seed)(table.values[start:stop])
        progress(stop - start)
    return amounts


def _best(table: Rows, seed: int) -> Predict:
    cut = int(len(table.labels) * (1.0 - KEPT_BACK))
    early, late = _part(table, slice(0, cut)), _part(table, slice(cut, None))
    if cut < FEWEST:
        return boosted(table, GRID[0], seed)
    errors = [float(((boosted(early, kind, seed)(late.values) - late.labels) ** 2).mean()) for kind in GRID]
    return boosted(table, GRID[int(np.argmin(errors))], seed)


def _part(table: Rows, own: slice) -> Rows:
    return Rows(table.values[own], table.is_category, table.labels[own])


def _constant(value: float) -> Predict:
    return lambda asked: np.full(len(asked), value)
