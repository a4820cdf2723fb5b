"""Boosting that is fitted anew now and then, on the labels known by then: the batch side of a comparison."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from streams.arrays import Floats, Ints
from streams.assess.boosting import FEWEST, Predict, Rows, Setting, boosted, fitted
from streams.assess.losses import row_losses

Choose = Callable[[Rows, int], Predict]
"""Of known rows and a seed, a fitted predictor."""

MOST = 1_000_000
"""The newest rows that one fit takes."""
CHOSEN_ON = 100_000
"""The newest rows on which a candidate of the grid is chosen."""
GROWN_ON = 20_000
"""Likewise of the trees that are grown in the champion, which is more often."""
KEPT_BACK = 0.2
GRID: tuple[Setting, ...] = (
    {"max_depth": 2, "learning_rate": 0.05, "max_iter": 100, "min_samples_leaf": 50},
    {"max_depth": 3, "learning_rate": 0.05, "max_iter": 80, "min_samples_leaf": 20},
    {"max_depth": 6, "learning_rate": 0.08, "max_iter": 150, "min_samples_leaf": 20},
)


def refitted(
    table: Rows,
    ready: Ints,
    starts: list[int],
    before: Floats,
    choose: Choose,
    seed: int = 0,
    progress: Callable[[int], None] = lambda _: None,
) -> Floats:
    """The answer for all rows by boosting that is fitted anew at each of ``starts`` on the labels known by then.

    ``choose`` is ``best_chances`` or ``best_amounts``; ``before`` (n) answers for the rows before the first start.
    """
    answer = before.copy()
    progress(starts[0] if starts else len(answer))
    for start, stop in pairwise((*starts, len(answer))):
        answer[start:stop] = choose(_known(table, int(ready[start])), seed)(table.values[start:stop])
        progress(stop - start)
    return answer


def _known(table: Rows, count: int) -> Rows:
    return table.take(slice(max(count - MOST, 0), count))


def best_chances(known: Rows, seed: int, chosen_on: int = CHOSEN_ON) -> Predict:
    """Probabilities, by the candidate of ``GRID`` with the least log loss, fitted on all rows.

    It is chosen on the last fifth of the newest ``chosen_on`` rows.
    """
    count, positive = len(known.labels), known.labels.sum()
    if count < FEWEST or not 0.0 < positive < count or not known.values.shape[1]:
        return lambda asked: np.full(len(asked), (positive + 0.5) / (count + 1.0))

    def fit(part: Rows, setting: Setting) -> Predict:
        return fitted(part, setting, seed, chances=True, early_stopping="auto")

    early, late = _apart(known.take(slice(max(count - chosen_on, 0), None)))
    losses = [row_losses(late.labels, fit(early, setting)(late.values)).mean() for setting in GRID]
    return fit(known, GRID[int(np.argmin(losses))])


def best_amounts(known: Rows, seed: int, chosen_on: int = MOST) -> Predict:
    """Amounts, likewise; the candidate is the one with the least squared error."""
    early, late = _apart(known.take(slice(max(len(known.labels) - chosen_on, 0), None)))
    if len(early.labels) < FEWEST:
        return boosted(known, GRID[0], seed)
    errors = [float(((boosted(early, setting, seed)(late.values) - late.labels) ** 2).mean()) for setting in GRID]
    return boosted(known, GRID[int(np.argmin(errors))], seed)


def _apart(known: Rows) -> tuple[Rows, Rows]:
    cut = int(len(known.labels) * (1.0 - KEPT_BACK))
    return known.take(slice(0, cut)), known.take(slice(cut, None))
