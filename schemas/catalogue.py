"""What the platform publishes on ``catalogue``: its items, and what changes about them."""

from typing import Annotated, Literal

import msgspec

from schemas.fields import EventMillis
from schemas.money import Money

StockState = Literal["in_stock", "out_of_stock"]
Pieces = Annotated[int, msgspec.Meta(description="Pieces on hand; below zero counts as none.")]
Price = Annotated[Money, msgspec.Meta(description="Of one piece, before coupons.")]
Cost = Annotated[Money, msgspec.Meta(description="What one piece costs the shop, in the currency of its price.")]


class CatalogueItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``item``: all that is known of an item; a field left out is not known. ``change``: only what it names changes.

    Key messages by ``item_id``, so that those of one item stay in order; of one item the newest ``occurred_at`` holds.
    ``stock`` says whether it can be bought, whatever ``pieces`` says; without it, an item with pieces is in stock.
    A change names ``stock``, ``pieces``, ``price`` or ``cost``. Large catalogues come as files
    (``promostream catalogue publish``): what stands here goes into every partition of the log, and of at most 4,096
    items since the last file is it remembered.
    """

    item_id: str
    kind: Literal["item", "change"]
    occurred_at: EventMillis
    category: str | None = None
    brand: str | None = None
    price: Price | None = None
    cost: Cost | None = None
    stock: StockState | None = None
    pieces: Pieces | None = None
