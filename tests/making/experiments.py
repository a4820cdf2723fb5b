"""Experiments with a known effect, for whoever learns effects."""

from typing import NamedTuple

import numpy as np

from streams.arrays import Floats, Ints


class Drawn(NamedTuple):
    """``numbers`` (n × F), ``levels`` (n × C), ``treated``, ``outcomes`` and true ``effects`` and ``propensity`` (n).

    The effect is what treatment adds to the expected outcome.
    """

    numbers: Floats
    levels: Ints
    treated: Floats
    outcomes: Floats
    effects: Floats
    propensity: Floats


def heterogeneous(rows: int, seed: int = 0) -> Drawn:
    """The logit rises with one column and falls with another; a tenth of the values missing."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 8))
    drawn = _drawn(rng, x, -1.8 + 0.8 * x[:, 0] - 0.4 * x[:, 1], 0.25 + 0.3 * x[:, 2] - 0.2 * x[:, 3])
    drawn.numbers[rng.random(x.shape) < 0.1] = np.nan
    return drawn


def even(rows: int, seed: int = 0) -> Drawn:
    """The same lift in log-odds for everybody."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 8))
    return _drawn(rng, x, -2.0 + 0.7 * x[:, 0] - 0.4 * x[:, 1], np.full(rows, 0.3))


def without_effect(rows: int, seed: int = 0) -> Drawn:
    """Outcomes that follow the columns and do not care for the treatment."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 8))
    return _drawn(rng, x, -1.5 + x[:, 0], np.zeros(rows))


def opposite(rows: int, seed: int = 0) -> Drawn:
    """Who is likely to buy is put off, who is not is won: ranking by response is the worst that can be done."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 8))
    return _drawn(rng, x, -1.0 + 0.9 * x[:, 0], 0.15 - 0.5 * x[:, 0])


def stepped(rows: int, seed: int = 0) -> Drawn:
    """An effect in the middle of one long-tailed column and beyond a step of another: no straight line finds it."""
    rng = np.random.default_rng(seed)
    x = rng.exponential(2.0, size=(rows, 8))
    middle = (x[:, 0] > 1.0) & (x[:, 0] < 3.0)
    return _drawn(rng, x, -1.6 + 0.3 * np.sin(x[:, 2]), 0.7 * middle + 0.5 * (x[:, 1] > 2.0) - 0.2)


def crossed(rows: int, seed: int = 0) -> Drawn:
    """An effect of the product of two columns: no column alone knows it."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 6))
    return _drawn(rng, x, -1.5 + 0.5 * x[:, 0], 0.1 + 0.4 * x[:, 1] * x[:, 2])


def rare(rows: int, seed: int = 0) -> Drawn:
    """About one outcome in two hundred, more of them with treatment for some."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 6))
    return _drawn(rng, x, -6.0 + 0.9 * x[:, 0], 0.4 + 0.5 * x[:, 1])


def categorical(rows: int, seed: int = 0) -> Drawn:
    """Four categories of 5 to 2,000 levels and no number; the effect hangs on two of them."""
    rng = np.random.default_rng(seed)
    tail = rng.zipf(1.6, rows).clip(max=2_000)
    levels = np.stack([rng.integers(0, 5, rows), rng.integers(0, 40, rows), tail, rng.integers(0, 300, rows)], axis=1)
    base, few, some = rng.normal(scale=0.5, size=2_001), rng.normal(scale=0.4, size=5), rng.normal(scale=0.3, size=40)
    effect = 0.1 + few[levels[:, 0]] + some[levels[:, 1]]
    drawn = _drawn(rng, np.zeros((rows, 0)), -1.5 + base[levels[:, 2]] + few[levels[:, 0]], effect)
    return drawn._replace(levels=levels.astype(np.int64))


def confounded(rows: int, seed: int = 0) -> Drawn:
    """Treated by a known rule of chance that follows the response: a plain comparison of the arms is wrong."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 6))
    chance = np.clip(1.0 / (1.0 + np.exp(-1.2 * x[:, 0])), 0.05, 0.95)
    return _drawn(rng, x, -1.2 + x[:, 0], 0.1 + 0.4 * x[:, 1] - 0.3 * x[:, 0], chance)


def spending(rows: int, seed: int = 0) -> Drawn:
    """Money: nothing for most, long-tailed for some; the treatment makes more of some customers buy."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 6))
    drawn = _drawn(rng, x, -3.2 + 0.6 * x[:, 0], 0.2 + 0.5 * x[:, 1])
    mean = np.exp(3.5 + 0.3 * x[:, 2])
    amounts = mean * np.exp(rng.normal(-0.5, 1.0, rows))
    return drawn._replace(outcomes=drawn.outcomes * amounts, effects=drawn.effects * mean)


def measured(rows: int, seed: int = 0) -> Drawn:
    """A number that is never nothing, as minutes or a basket of those who buy anyway."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 6))
    effects = 0.3 + 0.8 * x[:, 1]
    drawn = _drawn(rng, x, np.zeros(rows), np.zeros(rows))
    outcomes = 20.0 + 3.0 * x[:, 0] + drawn.treated * effects + 4.0 * rng.normal(size=rows)
    return drawn._replace(outcomes=outcomes, effects=effects)


def _drawn(
    rng: np.random.Generator, numbers: Floats, logits: Floats, lifts: Floats, propensity: Floats | None = None
) -> Drawn:
    rows = len(logits)
    chance = np.full(rows, 0.5) if propensity is None else propensity
    treated = (rng.random(rows) < chance).astype(np.float64)
    outcomes = (rng.random(rows) < _sigmoid(logits + treated * lifts)).astype(np.float64)
    effects = _sigmoid(logits + lifts) - _sigmoid(logits)
    return Drawn(numbers, np.zeros((rows, 0), np.int64), treated, outcomes, effects, chance)


def _sigmoid(logits: Floats) -> Floats:
    chance: Floats = 1.0 / (1.0 + np.exp(-logits))
    return chance
