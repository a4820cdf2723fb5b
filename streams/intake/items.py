"""What is told of an item, cleaned: one number for its stock, prices and costs in one currency."""

from schemas.catalogue import CatalogueItem
from schemas.records import ItemTold
from streams.catalogue.item import OUT, UNCOUNTED
from streams.intake.fields import Impossible, clean_identity, clean_money, clean_text, clean_time


def item_told(message: CatalogueItem, arrival: int | None) -> ItemTold:
    """The record of a message.

    Raises:
        Impossible: a field is not of the contract's form.

    """
    price, currency = clean_money("price", message.price, [])
    cost, its_currency = clean_money("cost", message.cost, [])
    if currency and its_currency and currency != its_currency:
        raise Impossible("cost.currency", f"{its_currency} for an item priced in {currency}")
    return ItemTold(
        item=clean_identity("item_id", message.item_id),
        occurred_at=clean_time("occurred_at", message.occurred_at, arrival, []),
        whole=message.kind == "item",
        category=None if message.category is None else clean_text("category", message.category, []),
        brand=None if message.brand is None else clean_text("brand", message.brand, []),
        price=None if message.price is None else price,
        cost=None if message.cost is None else cost,
        stock=_stock(message),
    )


def _stock(message: CatalogueItem) -> int | None:
    """Pieces that can be bought: the state's word goes before the number's."""
    pieces = message.pieces
    if pieces is not None and pieces >= UNCOUNTED:
        raise Impossible("pieces", f"{pieces} is not under {UNCOUNTED:,}; leave it out where nobody counts")
    if message.stock == "out_of_stock":
        return OUT
    if message.stock == "in_stock":
        return pieces if pieces is not None and pieces > 0 else UNCOUNTED
    return None if pieces is None else max(pieces, OUT)
