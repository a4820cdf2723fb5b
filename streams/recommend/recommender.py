"""What every recommender is: it learns interactions one by one, scores items for a user, and is plain arrays."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from streams.arrays import Floats, Ints

Arrays = dict[str, NDArray[Any]]
"""All that a recommender knows; nothing but this goes into a snapshot. Sizes follow from the capacity alone."""

UNKNOWN = -1
"""The slot of a user or an item that nobody has seen; of an attribute the value is 0."""


MOST_USERS, MOST_ITEMS = 20_000, 50_000


class Capacity(NamedTuple):
    """How many users and items are known at once; those longest unseen make room (see ``slots.Slots``)."""

    users: int = MOST_USERS
    items: int = MOST_ITEMS


class Interaction(NamedTuple):
    """A user saw, carted or bought an item ``at`` (s); ``weight`` > 0 is how much that counts.

    Users and items are slots from 0; category, brand and price band any numbers but 0, which is missing.
    """

    user: int
    item: int
    category: int = 0
    brand: int = 0
    price_band: int = 0
    weight: float = 1.0
    at: float = 0.0


class Recommender(Protocol):
    """Scores are finite, at least 0, and higher is better; that of an unknown item is 0."""

    def learn(self, seen: Interaction) -> None:
        """Take the next interaction; user and item have slots."""

    def scores(self, user: int, items: Ints, at: float) -> Floats:
        """Score ``items`` (n) for a user at a moment (s): n numbers; nothing is learned."""

    def forget(self, users: Ints, items: Ints) -> None:
        """Empty slots, so that others may have them."""

    def arrays(self) -> Arrays:
        """A copy of all that it knows."""


class Family(NamedTuple):
    """A kind of recommender: ``start`` makes the arrays of one that knows nothing, ``load`` a recommender from arrays.

    Loading takes copies: learning never changes the arrays given. ``name`` is the one in figures.
    """

    name: str
    start: Callable[[Capacity, int], Arrays]
    load: Callable[[Arrays], Recommender]


def copied(arrays: Arrays) -> Arrays:
    """Arrays of one's own."""
    return {name: values.copy() for name, values in arrays.items()}


def at_slots(values: Floats, items: Ints) -> Floats:
    """The values of ``items``; 0 of unknown ones."""
    return np.where(items >= 0, values[items], 0.0)
