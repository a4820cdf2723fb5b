"""What the shop keeps of an order: price less cost where the cost is known, else a share of the price."""

from collections.abc import Iterable
from typing import NamedTuple

from streams.catalogue.items import Items

Line = tuple[int, int, int]
"""An item's mark, its pieces, and the price of one in minor units, −1 where unknown."""


class Margin(NamedTuple):
    """``rate`` is margin over price, below 0 at a loss; ``known`` the share of the price whose cost is known."""

    rate: float
    known: float = 0.0


def margin_of(lines: Iterable[Line], items: Items, rate: float) -> Margin:
    """The margin of an order; ``rate`` stands in for costs that are not known, and for lines without a price."""
    value = known = 0
    earned = 0.0
    for mark, pieces, price in lines:
        if price < 0:
            continue
        item, worth = items.get(mark), pieces * price
        value += worth
        if item is None or item.cost < 0:
            earned += worth * rate
        else:
            known += worth
            earned += worth - pieces * item.cost
    return Margin(earned / value, known / value) if value else Margin(rate)
