"""Tables with a known truth, for whoever predicts labels."""

from typing import NamedTuple

import numpy as np

from streams.arrays import Floats, Ints


class Drawn(NamedTuple):
    """``numbers`` (n × F), ``levels`` (n × C), ``labels`` (n) and the ``chance`` (n) that they were drawn with."""

    numbers: Floats
    levels: Ints
    labels: Floats
    chance: Floats


def smooth(rows: int, seed: int = 0) -> Drawn:
    """A linear truth over eight normal columns, a tenth of the values missing."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 8))
    drawn = _drawn(rng, x, x[:, 0] - 0.5 * x[:, 1] - 1.0)
    drawn.numbers[rng.random(x.shape) < 0.1] = np.nan
    return drawn


def bent(rows: int, seed: int = 0) -> Drawn:
    """Steps, waves and absolute values of long-tailed columns."""
    rng = np.random.default_rng(seed)
    x = rng.exponential(3.0, size=(rows, 8))
    return _drawn(rng, x, np.sin(x[:, 0]) + 0.8 * (x[:, 1] > 2) - 0.3 * np.abs(x[:, 2] - 3.0) - 0.5)


def crossed(rows: int, seed: int = 0) -> Drawn:
    """Nothing but interactions: no column alone says anything."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 8))
    return _drawn(rng, x, 1.2 * x[:, 0] * x[:, 1] + np.where(x[:, 2] > 0.0, x[:, 3], -x[:, 3]) - 0.5)


def categorical(rows: int, seed: int = 0) -> Drawn:
    """Four categories of 5 to 2,000 levels and no number."""
    rng = np.random.default_rng(seed)
    tail = rng.zipf(1.6, rows).clip(max=2_000)
    levels = np.stack([rng.integers(0, 5, rows), rng.integers(0, 40, rows), tail, rng.integers(0, 300, rows)], axis=1)
    effects = [rng.normal(scale=scale, size=2_001) for scale in (0.5, 0.7, 0.8, 0.6)]
    drawn = _drawn(rng, np.zeros((rows, 0)), sum(e[levels[:, k]] for k, e in enumerate(effects)) - 1.5)
    return drawn._replace(levels=levels.astype(np.int64))


def wide(rows: int, seed: int = 0) -> Drawn:
    """Seventy columns of which four tell: one straight, one bent, two by their product; one is always missing."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 70))
    drawn = _drawn(rng, x, 1.2 * x[:, 3] + np.abs(x[:, 50]) + x[:, 20] * x[:, 3] - 1.5)
    drawn.numbers[:, 7] = np.nan
    return drawn


def drifting(rows: int, seed: int = 0) -> Drawn:
    """What counts turns from one column to another, and the base rate rises."""
    rng = np.random.default_rng(seed)
    x, t = rng.normal(size=(rows, 8)), np.linspace(0.0, 1.0, rows)
    return _drawn(rng, x, np.cos(3.0 * t) * 2.0 * x[:, 0] + np.sin(3.0 * t) * 2.0 * x[:, 1] - 1.0 + t)


def rare(rows: int, seed: int = 0) -> Drawn:
    """About one positive in two hundred."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 8))
    return _drawn(rng, x, 1.2 * x[:, 0] + 0.8 * np.abs(x[:, 1]) - 6.6)


def noise(rows: int, seed: int = 0) -> Drawn:
    """Labels that no column knows anything of."""
    rng = np.random.default_rng(seed)
    return _drawn(rng, rng.normal(size=(rows, 8)), np.full(rows, -1.0))


def _drawn(rng: np.random.Generator, numbers: Floats, logits: Floats) -> Drawn:
    chance = 1.0 / (1.0 + np.exp(-logits))
    labels = (rng.random(len(chance)) < chance).astype(np.float64)
    return Drawn(numbers, np.zeros((len(numbers), 0), np.int64), labels, chance)
