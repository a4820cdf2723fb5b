"""Item neighbours: the cosine of two items over the users who saw both (Sarwar et al. 2001), on decayed counts."""

import numpy as np

from streams.arrays import Floats, Ints
from streams.recommend.decay import ForwardDecay
from streams.recommend.recommender import Arrays, Capacity, Interaction, at_slots, copied
from streams.recommend.rows import count, drop, drop_seen, remember, spread

HALF_LIFE = 30.0 * 86_400.0
HISTORY, NEIGHBOURS = 32, 48
FADES = 0.9 ** np.arange(HISTORY)
"""What an item tells, against those after it."""


def start_item_neighbours(capacity: Capacity, seed: int) -> Arrays:
    """``neighbours``, ``products`` (items × 48), ``squares`` (items), ``history``, ``history_at`` (users × 32)."""
    del seed
    return {
        "neighbours": np.full((capacity.items, NEIGHBOURS), -1, np.int64),
        "products": np.zeros((capacity.items, NEIGHBOURS)),
        "squares": np.zeros(capacity.items),
        "history": np.full((capacity.users, HISTORY), -1, np.int64),
        "history_at": np.zeros((capacity.users, HISTORY)),
        "landmark": np.full(1, np.nan),
    }


class ItemNeighbours:
    """Σ over the user's latest items of the cosine to them, older ones telling less.

    A user's entry for an item is 2^(t / 2h), t being when they first saw it and h the half-life; so products and
    squares are decayed counts, and the cosine is a true one. Weights do not matter: seen is seen.
    """

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = own = copied(arrays)
        self._neighbours, self._products, self._squares = own["neighbours"], own["products"], own["squares"]
        self._history, self._history_at = own["history"], own["history_at"]
        self._decay = ForwardDecay(HALF_LIFE, own["landmark"], self._products, self._squares)

    def learn(self, seen: Interaction) -> None:
        """Add the products with the items of the user's history, if the item is new in it."""
        weight, item = self._decay.advance(seen.at), seen.item
        history, times = self._history[seen.user], self._history_at[seen.user]
        before = [
            (other, at) for other, at in zip(history.tolist(), times.tolist(), strict=True) if other not in (-1, item)
        ]
        first = times[history == item]
        if remember(history, times, item, float(first[0]) if len(first) else seen.at):
            return
        self._squares[item] += weight
        for other, at in before:
            product = (weight * self._decay.weight(at)) ** 0.5
            count(self._neighbours[other], self._products[other], item, product)
            count(self._neighbours[item], self._products[item], other, product)

    def scores(self, user: int, items: Ints, at: float) -> Floats:
        """At least 0, at most 10; 0 of what nobody saw who saw any of the history."""
        del at
        if user < 0:
            return np.zeros(len(items))
        total, history = np.zeros(len(self._squares)), self._history[user]
        spread(history, FADES / self._lengths(history), self._neighbours, self._products, total)
        return at_slots(total, items) / self._lengths(items)

    def forget(self, users: Ints, items: Ints) -> None:
        """Empty slots; see ``Recommender.forget``."""
        self._history[users] = -1
        if len(items):
            gone = np.zeros(len(self._squares), np.int64)
            gone[items] = 1
            self._neighbours[items], self._products[items], self._squares[items] = -1, 0.0, 0.0
            drop(self._neighbours, self._products, gone)
            drop_seen(self._history, self._history_at, gone)

    def arrays(self) -> Arrays:
        """Neighbours, products, histories."""
        return copied(self._arrays)

    def _lengths(self, items: Ints) -> Floats:
        return np.asarray(np.sqrt(np.maximum(self._squares[items], np.finfo(np.float64).tiny)))
