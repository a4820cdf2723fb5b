"""What customers chose, for ``learn`` to find out which items to recommend."""

from typing import Literal

import msgspec

from schemas.origins import Origin

Choice = Literal["favourite", "add_to_cart", "purchase"]


class ChosenItem(msgspec.Struct, frozen=True, array_like=True):
    """An item by its id as the platform writes it, and a 63-bit hash of its category, 0 where it has none.

    ``pair`` is such a hash of customer and item together: it tells that the same one chose it again, and not who.
    """

    item: str
    category: int
    pair: int


class ItemsChosen(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Items that one event chose, and what its customer was up to just before; it does not say who that was.

    ``beside`` holds 63-bit hashes of the items in the cart and in the session, ``interests`` the shares of categories
    (likewise hashed) in what the customer looked at of late.
    """

    origin: Origin
    at: int
    kind: Choice
    chosen: tuple[ChosenItem, ...]
    beside: tuple[int, ...]
    interests: tuple[tuple[int, float], ...]
