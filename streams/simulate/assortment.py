"""What the shop sells: items by category, with prices and costs in minor units of yuan."""

from typing import NamedTuple

import numpy as np

_MEDIAN_YUAN: dict[str, float] = {
    "shoes.running": 399,
    "shoes.casual": 269,
    "clothing.jackets": 459,
    "clothing.shirts": 129,
    "clothing.children": 99,
    "electronics.phones": 2799,
    "electronics.headphones": 349,
    "home.kitchen": 159,
    "home.bedding": 289,
    "beauty.skincare": 189,
    "food.snacks": 45,
    "sports.outdoor": 329,
}
CATEGORIES = tuple(_MEDIAN_YUAN)
_MARGINS = (0.35, 0.3, 0.4, 0.25, 0.3, 0.15, 0.25, 0.3, 0.35, 0.4, 0.2, 0.35)
"""By category, as a share of the price; 0.3 on average, which is what the demo's campaigns assume."""
ITEMS_PER_CATEGORY = 25
_SPREAD = 0.35


class Item(NamedTuple):
    """One item; ``price`` and ``cost`` in minor units per piece."""

    id: str
    category: str
    price: int
    cost: int


def stock(generator: np.random.Generator) -> tuple[tuple[Item, ...], ...]:
    """All items, one tuple per category of ``CATEGORIES``; prices are lognormal around the category's median."""
    return tuple(
        tuple(_item(row, number, factor) for number, factor in enumerate(generator.lognormal(0, _SPREAD, _n).tolist()))
        for row, _n in enumerate([ITEMS_PER_CATEGORY] * len(CATEGORIES))
    )


def _item(row: int, number: int, factor: float) -> Item:
    category = CATEGORIES[row]
    yuan = max(5, round(_MEDIAN_YUAN[category] * factor))
    price = yuan * 100 - 10
    return Item(f"i-{row * ITEMS_PER_CATEGORY + number + 1:04d}", category, price, round(price * (1 - _MARGINS[row])))
