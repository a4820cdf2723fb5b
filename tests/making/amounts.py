"""Tables of amounts with a known truth."""

from typing import NamedTuple

import numpy as np

from streams.arrays import Floats, Ints


class Drawn(NamedTuple):
    """``numbers`` (n × F), ``levels`` (n × C), ``labels`` (n) and their ``expected`` values (n)."""

    numbers: Floats
    levels: Ints
    labels: Floats
    expected: Floats


def smooth(rows: int, seed: int = 0) -> Drawn:
    """A linear truth over eight normal columns with normal noise, a tenth of the values missing."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 8))
    expected = 100.0 + 8.0 * x[:, 0] - 5.0 * x[:, 1]
    drawn = _with(x, expected + 8.0 * rng.normal(size=rows), expected)
    drawn.numbers[rng.random(x.shape) < 0.1] = np.nan
    return drawn


def bent(rows: int, seed: int = 0) -> Drawn:
    """Steps, waves and absolute values of long-tailed columns."""
    rng = np.random.default_rng(seed)
    x = rng.exponential(3.0, size=(rows, 8))
    expected = 3.0 * np.sin(x[:, 0]) + 4.0 * (x[:, 1] > 2) - 1.5 * np.abs(x[:, 2] - 3.0)
    return _with(x, expected + 3.0 * rng.normal(size=rows), expected)


def crossed(rows: int, seed: int = 0) -> Drawn:
    """Nothing but interactions: no column alone says anything."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 8))
    expected = 2.0 * x[:, 0] * x[:, 1] + 2.0 * np.where(x[:, 2] > 0.0, x[:, 3], -x[:, 3])
    return _with(x, expected + 2.0 * rng.normal(size=rows), expected)


def categorical(rows: int, seed: int = 0) -> Drawn:
    """Three categories of 5 to 300 levels and no number."""
    rng = np.random.default_rng(seed)
    levels = np.stack([rng.integers(0, 5, rows), rng.integers(0, 40, rows), rng.integers(0, 300, rows)], axis=1)
    effects = [rng.normal(scale=scale, size=300) for scale in (5.0, 7.0, 6.0)]
    expected = 50.0 + sum(effect[levels[:, k]] for k, effect in enumerate(effects))
    drawn = _with(np.zeros((rows, 0)), expected + 10.0 * rng.normal(size=rows), np.asarray(expected))
    return drawn._replace(levels=levels.astype(np.int64))


def baskets(rows: int, seed: int = 0) -> Drawn:
    """Long-tailed amounts whose factors multiply."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 6))
    logs = 3.0 + 0.6 * x[:, 0] - 0.4 * x[:, 1] + 0.3 * np.abs(x[:, 2])
    return _with(x, np.exp(logs + rng.normal(scale=0.7, size=rows)), np.exp(logs + 0.7**2 / 2.0))


def spend(rows: int, seed: int = 0) -> Drawn:
    """Nothing in 99 of 100 rows, else a basket."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 6))
    chance = 1.0 / (1.0 + np.exp(5.2 - 1.0 * x[:, 0]))
    sized = np.exp(4.0 + 0.4 * x[:, 1])
    labels = np.where(rng.random(rows) < chance, sized, 0.0) * np.exp(rng.normal(scale=0.6, size=rows) - 0.18)
    return _with(x, labels, chance * sized)


def refunds(rows: int, seed: int = 0) -> Drawn:
    """Baskets of which a tenth come back."""
    drawn = baskets(rows, seed)
    back = np.random.default_rng(seed + 1).random(rows) < 0.1
    return drawn._replace(labels=np.where(back, -drawn.labels, drawn.labels), expected=0.8 * drawn.expected)


def drifting(rows: int, seed: int = 0) -> Drawn:
    """What counts turns from one column to another, and the level rises."""
    rng = np.random.default_rng(seed)
    x, t = rng.normal(size=(rows, 8)), np.linspace(0.0, 1.0, rows)
    expected = 20.0 + 10.0 * t + 6.0 * np.cos(3.0 * t) * x[:, 0] + 6.0 * np.sin(3.0 * t) * x[:, 1]
    return _with(x, expected + 4.0 * rng.normal(size=rows), expected)


def noise(rows: int, seed: int = 0) -> Drawn:
    """Long-tailed amounts that no column knows anything of."""
    rng = np.random.default_rng(seed)
    return _with(rng.normal(size=(rows, 8)), rng.lognormal(3.0, 1.0, rows), np.full(rows, np.exp(3.5)))


def _with(numbers: Floats, labels: Floats, expected: Floats) -> Drawn:
    return Drawn(numbers, np.zeros((len(numbers), 0), np.int64), labels, expected)
