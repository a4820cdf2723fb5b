"""Tables whose truth does not stay: abrupt, gradual and recurrent drift, tables in an order that tells."""

import numpy as np

from tests.making.odd_tables import Odd, Rng, drawn
from tests.making.tables import Drawn


def turned(rng: Rng, rows: int) -> Drawn:
    """After half of the rows what spoke for it speaks against it."""
    x = rng.normal(size=(rows, 5))
    return drawn(rng, np.where(np.arange(rows) < rows // 2, 1.0, -1.0) * 1.5 * x[:, 0] - 0.5, x)


def gradual(rng: Rng, rows: int) -> Drawn:
    """One column fades, another one comes up, the base rate doubles."""
    x, t = rng.normal(size=(rows, 5)), np.linspace(0.0, 1.0, rows)
    return drawn(rng, 2.0 * (1.0 - t) * x[:, 0] + 2.0 * t * x[:, 1] - 1.5 + t, x)


def recurrent(rng: Rng, rows: int) -> Drawn:
    """Two truths that take turns, four times each."""
    x, own = rng.normal(size=(rows, 5)), np.arange(rows) * 8 // rows % 2
    return drawn(rng, np.where(own > 0, 1.5 * x[:, 0], 1.5 * x[:, 1]) - 0.5, x)


def turned_steps(rng: Rng, rows: int) -> Drawn:
    """A tree's truth whose branches change places in the middle."""
    x, late = rng.uniform(size=(rows, 5)), np.arange(rows) > rows // 2
    step = np.where(x[:, 0] > 0.6, np.where(x[:, 1] > 0.3, 2.0, -2.0), -1.0)
    return drawn(rng, np.where(late, -step, step), x)


def rising(rng: Rng, rows: int) -> Drawn:
    """The base rate goes from 5 to 60 %, a column stays as it is."""
    x = rng.normal(size=(rows, 5))
    return drawn(rng, np.linspace(-3.0, 0.4, rows) + x[:, 0], x)


def sorted_by_label(rng: Rng, rows: int) -> Drawn:
    """All negatives come first."""
    x = rng.normal(size=(rows, 5))
    found = drawn(rng, x[:, 0] - 1.0, x)
    order = np.argsort(found.labels, kind="stable")
    return Drawn(found.numbers[order], found.levels, found.labels[order], found.chance[order])


def sorted_by_feature(rng: Rng, rows: int) -> Drawn:
    """The column that counts only rises: every row lies beyond all before it."""
    x = rng.normal(size=(rows, 5))
    x[:, 0] = np.sort(x[:, 0])
    return drawn(rng, x[:, 0] + 0.5 * x[:, 1] - 0.5, x)


def new_levels(rng: Rng, rows: int) -> Drawn:
    """A category whose levels go out of use and are replaced by others."""
    level = (np.arange(rows) // 40 + rng.integers(0, 60, rows)).astype(np.int64) + 1
    own, x = rng.normal(size=level.max() + 1), rng.normal(size=(rows, 2))
    return drawn(rng, 1.2 * own[level] + x[:, 0] - 0.5, x, level[:, None])


MOVING: dict[str, Odd] = {
    make.__name__: Odd(make, stationary=False)
    for make in (
        turned, gradual, recurrent, turned_steps, rising, sorted_by_label, sorted_by_feature, new_levels,
    )
}  # fmt: skip
