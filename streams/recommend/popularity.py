"""Popularity: the baseline. Decayed weights of interactions, the same for every user."""

import numpy as np

from streams.arrays import Floats, Ints
from streams.recommend.decay import ForwardDecay
from streams.recommend.recommender import Arrays, Capacity, Interaction, at_slots, copied

HALF_LIFE = 3.0 * 86_400.0


def start_popularity(capacity: Capacity, seed: int) -> Arrays:
    """``counts`` (items) and their ``total`` (1), seen from ``landmark`` (1)."""
    del seed
    return {"counts": np.zeros(capacity.items), "total": np.zeros(1), "landmark": np.full(1, np.nan)}


class Popularity:
    """An item's share of all decayed weights."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = copied(arrays)
        self._counts, self._total = self._arrays["counts"], self._arrays["total"]
        self._decay = ForwardDecay(HALF_LIFE, self._arrays["landmark"], self._counts, self._total)

    def learn(self, seen: Interaction) -> None:
        """One counter more."""
        weight = seen.weight * self._decay.advance(seen.at)
        self._counts[seen.item] += weight
        self._total += weight

    def scores(self, user: int, items: Ints, at: float) -> Floats:
        """Shares in [0, 1]; 0 of what nobody has seen."""
        del user, at
        return at_slots(self._counts, items) / max(float(self._total[0]), np.finfo(np.float64).tiny)

    def forget(self, users: Ints, items: Ints) -> None:
        """Empty slots; see ``Recommender.forget``."""
        del users
        self._total -= self._counts[items].sum()
        self._counts[items] = 0.0

    def arrays(self) -> Arrays:
        """Counts and landmark."""
        return copied(self._arrays)
