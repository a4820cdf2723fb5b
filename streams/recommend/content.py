"""Content: the categories, brands and price bands that a user looks at, and what others look at within them."""

import numpy as np

from streams.arrays import Floats, Ints
from streams.recommend.decay import ForwardDecay
from streams.recommend.recommender import Arrays, Capacity, Interaction, at_slots, copied
from streams.recommend.rows import count
from streams.response.progressive.machine_code import machine_code

INTEREST_HALF_LIFE = 6.0 * 3_600.0
ITEM_HALF_LIFE = 3.0 * 86_400.0
KINDS, INTERESTS = 3, 16
"""Category, brand, price band; and how many of each are remembered of a user."""


def start_content(capacity: Capacity, seed: int) -> Arrays:
    """``attributes`` (items × 3, 0 is missing), ``counts`` (items), ``levels``, ``interests`` (users × 3 × 16)."""
    del seed
    return {
        "attributes": np.zeros((capacity.items, KINDS), np.int64),
        "counts": np.zeros(capacity.items),
        "levels": np.full((capacity.users, KINDS, INTERESTS), -1, np.int64),
        "interests": np.zeros((capacity.users, KINDS, INTERESTS)),
        "interest_landmark": np.full(1, np.nan),
        "item_landmark": np.full(1, np.nan),
    }


class Content:
    """Σ over category, brand and price band of P(its level | the user) × P(item | that level), by decayed weights."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = own = copied(arrays)
        self._attributes, self._counts = own["attributes"], own["counts"]
        self._levels, self._interests = own["levels"], own["interests"]
        self._user_decay = ForwardDecay(INTEREST_HALF_LIFE, own["interest_landmark"], self._interests)
        self._item_decay = ForwardDecay(ITEM_HALF_LIFE, own["item_landmark"], self._counts)

    def learn(self, seen: Interaction) -> None:
        """The item's attributes as they are now, its counter, and the user's interests."""
        own = (seen.category, seen.brand, seen.price_band)
        self._attributes[seen.item] = own
        self._counts[seen.item] += seen.weight * self._item_decay.advance(seen.at)
        weight = seen.weight * self._user_decay.advance(seen.at)
        for kind, level in enumerate(own):
            if level:
                count(self._levels[seen.user, kind], self._interests[seen.user, kind], level, weight)

    def scores(self, user: int, items: Ints, at: float) -> Floats:
        """In [0, 3]; 0 of items of which the user knows nothing alike."""
        del at
        if user < 0:
            return np.zeros(len(items))
        total = np.zeros(len(self._counts))
        _add_shares(self._levels[user], self._interests[user], self._attributes, self._counts, total)
        return at_slots(total, items)

    def forget(self, users: Ints, items: Ints) -> None:
        """Empty slots; see ``Recommender.forget``."""
        self._levels[users], self._interests[users] = -1, 0.0
        self._attributes[items], self._counts[items] = 0, 0.0

    def arrays(self) -> Arrays:
        """Attributes, counts, interests."""
        return copied(self._arrays)


@machine_code
def _add_shares(levels: Ints, interests: Floats, attributes: Ints, counts: Floats, total: Floats) -> None:
    """Add P(level | user) × P(item | level) of every kind to ``total`` (items)."""
    for kind in range(levels.shape[0]):
        places = np.full(len(counts), -1, np.int64)
        masses, interest = np.zeros(levels.shape[1]), 0.0
        for item in range(len(counts)):
            if attributes[item, kind] == 0 or counts[item] <= 0.0:
                continue
            for place in range(levels.shape[1]):
                if levels[kind, place] == attributes[item, kind]:
                    places[item] = place
                    masses[place] += counts[item]
                    break
        for place in range(levels.shape[1]):
            interest += interests[kind, place]
        for item in range(len(counts)):
            place = places[item]
            if place >= 0 and interest > 0.0:
                total[item] += interests[kind, place] / interest * counts[item] / masses[place]
