"""What a customer is up to: the items in cart and session and the categories of interest, as the profile knows them."""

from typing import NamedTuple

from streams.profiles.observing import DAY
from streams.profiles.user import User

CART_ITEMS, CONTEXT_ITEMS = 8, 16
"""So many of the cart, so many in all."""


class Context(NamedTuple):
    """Marks of items, those that tell most first, and shares of interest by a category's mark."""

    items: tuple[int, ...] = ()
    interests: tuple[tuple[int, float], ...] = ()


def context_of(user: User, now: int) -> Context:
    """The context at ``now`` (ms): the newer of cart and session first, the newest of each first.

    A session that ended more than a day ago tells nothing any more.
    """
    cart = list(user.cart)[-1 : -CART_ITEMS - 1 : -1]
    session = list(user.session_items)[::-1] if now - user.last_seen < DAY else []
    both = cart + session if user.cart_at >= user.session_started else session + cart
    total = sum(user.interests.values())
    shares = [(category, weight / total) for category, weight in user.interests.items()] if total > 0.0 else []
    return Context(tuple(dict.fromkeys(both))[:CONTEXT_ITEMS], tuple(shares))
