"""How dear a customer's choices are: each price beside what others of the partition choose in its category."""

from math import log

import msgspec

from schemas.records import EventTaken
from streams.profiles.packed import PackedCounts
from streams.profiles.user import User, keep_newest, mark

CHOOSING = ("add_to_cart", "purchase")
"""Types of events that choose."""
MAX_LEVELS = 1024
"""Categories with a price level per partition; a new one beyond takes the oldest one's place."""
KNOWN_AFTER = 5
"""Prices from which on a level says something."""
MEMORY = 100
"""A level is the mean of at first all prices, later of about the last so many."""
CHOICES_MEMORY = 10
FARTHEST = 3.0
"""Natural logarithm of the farthest that a price can be off its level, so that one odd price cannot rule the mean."""

CHOICES = PackedCounts(2, 8)
"""What was put into the cart or bought at a known level: choices under the level, and all."""
UNDER, ALL = 0, 1


class PriceLevel(msgspec.Struct, array_like=True):
    """The running mean of the logarithm of prices (minor units) put into carts, and of how many (at most 100)."""

    mean: float
    seen: int


Levels = dict[int, PriceLevel]
"""By the category's mark."""


def appraise(levels: Levels, user: User, event: EventTaken) -> None:
    """Note what an event of a type in ``CHOOSING`` says: a choice is judged by the level before it.

    What lies in carts makes the level; it is judged again when it is bought.
    """
    for line in event.lines:
        _judge(levels, user, line.category, line.price)
    if event.type == "add_to_cart" and event.category and event.price > 0:
        _judge(levels, user, event.category, event.price)
        _learn(levels, mark(event.category), log(event.price))


def _judge(levels: Levels, user: User, category: str, price: int) -> None:
    level = levels.get(mark(category)) if category and price > 0 else None
    if level is None or level.seen < KNOWN_AFTER:
        return
    off = min(max(log(price) - level.mean, -FARTHEST), FARTHEST)
    choices = CHOICES.raised(user.choices, ALL)
    user.choices = CHOICES.raised(choices, UNDER) if off < 0 else choices
    user.price_off += (off - user.price_off) / min(CHOICES.at(user.choices, ALL), CHOICES_MEMORY)


def _learn(levels: Levels, category: int, price: float) -> None:
    level = levels.get(category)
    if level is None:
        levels[category] = PriceLevel(price, 1)
        keep_newest(levels, MAX_LEVELS)
        return
    if level.seen < MEMORY:
        level.seen += 1
    level.mean += (price - level.mean) / level.seen
