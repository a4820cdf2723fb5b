"""The policy that is asked about: how likely it takes which action."""

from typing import NamedTuple

import numpy as np

from streams.arrays import Floats, Ints


class Target(NamedTuple):
    """``logged`` (n) is the target's probability of each logged action.

    What it does else is known as ``shares`` (actions), the same at every row, or as ``chosen`` (n): the one action
    that it takes there, −1 for one that the log has nowhere. Without both only its word on the logged actions is known.
    """

    logged: Floats
    shares: Floats | None = None
    chosen: Ints | None = None

    @property
    def nowhere(self) -> float:
        """Share of the target's probability on actions that the log has nowhere."""
        return 0.0 if self.chosen is None else float((self.chosen < 0).mean())


def uniform(actions: Ints) -> Target:
    """Every action of the log equally likely; ``actions`` (n) are codes from 0."""
    count = int(actions.max()) + 1
    return Target(np.full(len(actions), 1.0 / count), shares=np.full(count, 1.0 / count))


def marginal(actions: Ints) -> Target:
    """Every action as often as the log has it, whatever the row says.

    The probability of a logged action is its share in the other rows: with its own, weights would average above 1.
    """
    counts = np.bincount(actions).astype(np.float64)
    others = (counts[actions] - 1.0) / max(len(actions) - 1.0, 1.0)
    return Target(others, shares=counts / len(actions))


def always(actions: Ints, one: int) -> Target:
    """The action of code ``one`` at every row."""
    shares = np.zeros(int(actions.max()) + 1)
    shares[one] = 1.0
    return Target(shares[actions], shares=shares)


def greedy(actions: Ints, chosen: Ints) -> Target:
    """At every row the action ``chosen`` (n) there; −1 for one that the log has nowhere."""
    return Target((actions == chosen).astype(np.float64), chosen=chosen)
