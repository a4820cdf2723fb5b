"""Features of the item that is looked at, as the catalogue tells of it."""

from collections.abc import Callable

from streams.catalogue.item import UNCOUNTED, Item
from streams.features.catalogue import IN_STOCK, OUT_OF_STOCK, UNKNOWN_STOCK


def stock_state(item: Item | None) -> str:
    """Whether it can be bought."""
    if item is None or item.stock < 0:
        return UNKNOWN_STOCK
    return OUT_OF_STOCK if item.is_out else IN_STOCK


def _pieces(item: Item | None) -> float:
    return float(UNCOUNTED if item is None or item.stock < 0 else item.stock)


def _margin_share(item: Item | None) -> float:
    rate = item.margin_rate if item else None
    return max(rate or 0.0, 0.0)


OF_ITEM: dict[str, Callable[[Item | None], float]] = {"item.pieces": _pieces, "item.margin_share": _margin_share}
"""By catalogue name."""

OF_ITEM_LABELS: dict[str, Callable[[Item | None], str]] = {"item.stock": stock_state}
"""Likewise, those that are labels."""
