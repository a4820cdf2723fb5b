"""A recommender over ids: whom and what was seen lately has a slot, those longest unseen are forgotten."""

import numpy as np

from streams.arrays import Floats, Ints
from streams.recommend.recommender import UNKNOWN, Arrays, Capacity, Family, Interaction
from streams.recommend.slots import FREE, Slots

SIDES = ("users", "items")


def start_recommending(family: Family, capacity: Capacity, seed: int = 0) -> Arrays:
    """The arrays of one that knows nobody and nothing."""
    found = family.start(capacity, seed)
    for side, size in zip(SIDES, capacity, strict=True):
        found |= {f"slots.{side}": np.full(size, UNKNOWN, np.int64), f"slots.{side}_order": np.full(1, FREE, np.int64)}
    return found


class Recommending:
    """One recommender of ``family``, the same interface by ids: numbers from 0 (``ids.short_hash`` of a text)."""

    def __init__(self, family: Family, arrays: Arrays) -> None:
        self.recommender = family.load({name: part for name, part in arrays.items() if not name.startswith("slots.")})
        self._users, self._items = (Slots(arrays[f"slots.{side}"], arrays[f"slots.{side}_order"]) for side in SIDES)

    def learn(self, seen: Interaction) -> None:
        """Take the next interaction, whose user and item are ids; see ``Recommender.learn``."""
        user, gone_users = self._users.take(seen.user)
        item, gone_items = self._items.take(seen.item)
        if len(gone_users) or len(gone_items):
            self.recommender.forget(gone_users, gone_items)
        self.recommender.learn(seen._replace(user=user, item=item))

    def scores(self, user: int, items: Ints, at: float) -> Floats:
        """Score items (n ids) for a user (id); see ``Recommender.scores``."""
        return self.recommender.scores(self.user_slot(user), self.item_slots(items), at)

    def user_slot(self, user: int) -> int:
        """The slot of a user, or ``UNKNOWN``."""
        return self._users.slot(user)

    def item_slots(self, items: Ints) -> Ints:
        """The slots of items (n), ``UNKNOWN`` among them."""
        return np.array([self._items.slot(item) for item in items.tolist()], np.int64)

    def arrays(self) -> Arrays:
        """The recommender's arrays, and who has which slot since when."""
        found = self.recommender.arrays()
        for side, slots in zip(SIDES, (self._users, self._items), strict=True):
            found |= {f"slots.{side}": slots.keys(), f"slots.{side}_order": slots.order()}
        return found
