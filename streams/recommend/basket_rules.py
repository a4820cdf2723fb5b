"""Basket rules: pairs of items that are together in baskets more often than by chance, by exact counts."""

import numpy as np

from streams.arrays import Floats, Ints
from streams.recommend.lift import discovered, lower_lift, p_values
from streams.recommend.recommender import Arrays, Capacity, Interaction, at_slots, copied
from streams.recommend.rows import count, drop, drop_seen, remember, spread

PAUSE = 1_800.0
"""Seconds without an interaction that end a basket."""
BASKET_ITEMS, PARTNERS = 16, 64
LEAST_BASKETS = 3
"""An item in fewer is in no rule."""
MINED_AGAIN = 1.1
"""Rules are mined again when there are so many times more baskets."""


def start_basket_rules(capacity: Capacity, seed: int) -> Arrays:
    """``partners`` and ``together`` (items × 64), ``alone`` (items), ``baskets`` (1), ``basket`` (users × 16).

    ``strengths`` (items × 64) are of the rules, mined when there were ``mined`` (1) baskets.
    """
    del seed
    return {
        "partners": np.full((capacity.items, PARTNERS), -1, np.int64),
        "together": np.zeros((capacity.items, PARTNERS)),
        "strengths": np.zeros((capacity.items, PARTNERS)),
        "alone": np.zeros(capacity.items),
        "baskets": np.zeros(1),
        "mined": np.zeros(1),
        "basket": np.full((capacity.users, BASKET_ITEMS), -1, np.int64),
        "basket_at": np.zeros((capacity.users, BASKET_ITEMS)),
        "latest": np.zeros(capacity.users),
    }


class BasketRules:
    """Σ over the items of the user's basket of the rule's lower bound of P(item | it).

    A rule is a pair whose lift is surely above 1: one-sided 95 % bound, false discovery rate 5 % over all pairs that
    could be rules. A basket is what a user saw without a pause, its first 16 items; an item remembers 64 partners,
    so pairs of items with more are under-counted, which makes fewer rules.
    """

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = own = copied(arrays)
        self._partners, self._together, self._strengths = own["partners"], own["together"], own["strengths"]
        self._alone, self._baskets, self._mined = own["alone"], own["baskets"], own["mined"]
        self._basket, self._basket_at, self._latest = own["basket"], own["basket_at"], own["latest"]

    def learn(self, seen: Interaction) -> None:
        """Count the item beside those of the basket, both ways, once per basket."""
        basket, item = self._basket[seen.user], seen.item
        if basket[0] < 0 or seen.at - self._latest[seen.user] > PAUSE:
            basket[:] = -1
            self._baskets += 1.0
            self._mine_when_due()
        self._latest[seen.user] = seen.at
        if basket[-1] >= 0 or (basket == item).any():
            return
        self._alone[item] += 1.0
        for other in basket[basket >= 0].tolist():
            self._count(other, item)
            self._count(item, other)
        remember(basket, self._basket_at[seen.user], item, seen.at)

    def scores(self, user: int, items: Ints, at: float) -> Floats:
        """At least 0, at most 16; 0 of what no rule leads to."""
        del at
        if user < 0:
            return np.zeros(len(items))
        total = np.zeros(len(self._alone))
        spread(self._basket[user], np.ones(BASKET_ITEMS), self._partners, self._strengths, total)
        return at_slots(total, items)

    def mine(self) -> None:
        """Find the rules of all baskets so far."""
        own, place = np.nonzero(self._together > 0.0)
        other, together = self._partners[own, place], self._together[own, place]
        first, second = self._alone[own], self._alone[other]
        frequent = np.minimum(first, second) >= LEAST_BASKETS
        baskets, items = float(self._baskets[0]), float((self._alone >= LEAST_BASKETS).sum())
        own, place, together = own[frequent], place[frequent], together[frequent]
        first, second = first[frequent], second[frequent]
        bounds = lower_lift(together, first, second, baskets)
        p = p_values(together, first, second, baskets)
        believed = discovered(p, items * (items - 1.0)) & (bounds > 1.0)
        self._strengths[:] = 0.0
        self._strengths[own[believed], place[believed]] = (bounds * second / baskets)[believed]
        self._mined[:] = self._baskets

    def rules(self) -> list[tuple[int, int, float]]:
        """Item, item that follows, and the lower bound of P(that | item), by slots."""
        own, place = np.nonzero(self._strengths > 0.0)
        found = zip(own, self._partners[own, place], self._strengths[own, place], strict=True)
        return [(int(item), int(other), float(strength)) for item, other, strength in found]

    def forget(self, users: Ints, items: Ints) -> None:
        """Empty slots; see ``Recommender.forget``."""
        self._basket[users] = -1
        if len(items):
            gone = np.zeros(len(self._alone), np.int64)
            gone[items] = 1
            self._strengths[(self._partners >= 0) & (gone[self._partners] > 0)] = 0.0
            self._partners[items], self._together[items], self._strengths[items] = -1, 0.0, 0.0
            self._alone[items] = 0.0
            drop(self._partners, self._together, gone)
            drop_seen(self._basket, self._basket_at, gone)

    def arrays(self) -> Arrays:
        """Counts, rules, baskets."""
        return copied(self._arrays)

    def _count(self, item: int, partner: int) -> None:
        """One basket more with both; a partner that gives way takes its rule with it."""
        partners = self._partners[item]
        before = partners.copy()
        count(partners, self._together[item], partner, 1.0)
        self._strengths[item][partners != before] = 0.0

    def _mine_when_due(self) -> None:
        if self._baskets[0] >= max(MINED_AGAIN * self._mined[0], 20.0):
            self.mine()
