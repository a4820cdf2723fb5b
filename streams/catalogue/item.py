"""What is known of one item, and what one message changes about it."""

import msgspec

from schemas.records import ItemTold
from streams.profiles.user import mark

UNKNOWN = -1
OUT = 0
UNCOUNTED = 10**9
"""Pieces of what is in stock and not counted; more are never told."""


class Item(msgspec.Struct, frozen=True, gc=False):
    """An item as it was told at ``at`` (ms). Money in minor units per piece, −1 where unknown.

    ``category`` and ``brand`` are marks, 0 where unknown; ``stock`` is pieces on hand, 0 for out, −1 where unknown.
    """

    at: int
    category: int = 0
    brand: int = 0
    price: int = UNKNOWN
    cost: int = UNKNOWN
    stock: int = UNKNOWN

    @property
    def is_out(self) -> bool:
        """Whether it is known that there is none to sell."""
        return self.stock == OUT

    @property
    def margin(self) -> int | None:
        """Price less cost, in minor units per piece; None where either is unknown."""
        return None if self.price < 0 or self.cost < 0 else self.price - self.cost

    @property
    def margin_rate(self) -> float | None:
        """The margin as a share of the price, at most 1 and below 0 at a loss; None where it is unknown."""
        return None if self.price <= 0 or self.cost < 0 else (self.price - self.cost) / self.price


class ItemChange(msgspec.Struct, array_like=True, frozen=True):
    """What was told of an item at ``at`` (ms), fields as in ``Item``; None: nothing was said of it."""

    at: int
    category: int | None = None
    brand: int | None = None
    price: int | None = None
    cost: int | None = None
    stock: int | None = None

    def after(self, earlier: "ItemChange") -> "ItemChange":
        """Both together: this one's word holds, and the earlier one's where this one says nothing."""
        return ItemChange(
            self.at,
            earlier.category if self.category is None else self.category,
            earlier.brand if self.brand is None else self.brand,
            earlier.price if self.price is None else self.price,
            earlier.cost if self.cost is None else self.cost,
            earlier.stock if self.stock is None else self.stock,
        )

    def applied(self, item: Item) -> Item:
        """The item with the change made."""
        return Item(
            self.at,
            item.category if self.category is None else self.category,
            item.brand if self.brand is None else self.brand,
            item.price if self.price is None else self.price,
            item.cost if self.cost is None else self.cost,
            item.stock if self.stock is None else self.stock,
        )


_NOT_KNOWN = ItemChange(0, 0, 0, UNKNOWN, UNKNOWN, UNKNOWN)


def change_of(told: ItemTold) -> ItemChange:
    """A message's change; an item that is told in whole leaves no field as it was."""
    change = ItemChange(told.occurred_at, _mark(told.category), _mark(told.brand), told.price, told.cost, told.stock)
    return change.after(_NOT_KNOWN) if told.whole else change


def _mark(text: str | None) -> int | None:
    return mark(text) if text else None if text is None else 0
