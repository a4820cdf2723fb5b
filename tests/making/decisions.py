"""Logged decisions of a policy that is known, on rewards whose truth is known."""

from typing import NamedTuple

import numpy as np

from streams.arrays import Floats, Ints

ACTIONS = 5
SLOPES = np.linspace(-1.0, 1.0, ACTIONS)


class Logs(NamedTuple):
    """A world to draw logs from: the logging policy's ``slope`` and ``floor``, the rewards' ``base`` log-odds.

    Of the actions from ``without`` on none is ever drawn; ``late`` is added to the log-odds of the second half.
    """

    slope: float = 1.5
    floor: float = 0.1
    base: float = -2.5
    without: int = ACTIONS
    late: float = 0.0


class Drawn(NamedTuple):
    """``context`` (n × 2), ``actions`` (n), their ``propensities`` and ``rewards`` (0 or 1); ``chances`` (n × K)."""

    context: Floats
    actions: Ints
    propensities: Floats
    rewards: Floats
    chances: Floats


def draw(logs: Logs, rows: int, rng: np.random.Generator) -> Drawn:
    """Decisions by a softmax policy with a floor over two normal columns."""
    context = rng.normal(size=(rows, 2))
    raised = np.exp(logs.slope * (context[:, :1] * SLOPES + context[:, 1:] * SLOPES**2))
    raised[:, logs.without :] = 0.0
    chosen = raised / raised.sum(axis=1, keepdims=True)
    chosen[:, : logs.without] = (1.0 - logs.floor) * chosen[:, : logs.without] + logs.floor / logs.without
    actions = (chosen.cumsum(axis=1) > rng.random((rows, 1))).argmax(axis=1)
    logits = logs.base + 0.5 * context[:, :1] - 0.4 * context[:, :1] * SLOPES + 0.5 * SLOPES
    logits[rows // 2 :] += logs.late
    chances = 1.0 / (1.0 + np.exp(-logits))
    every = np.arange(rows)
    rewards = (rng.random(rows) < chances[every, actions]).astype(np.float64)
    return Drawn(context, actions.astype(np.int64), chosen[every, actions], rewards, chances)
