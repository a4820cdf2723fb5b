"""Features of what is expected to be bought, by a forecast that may not be there."""

from streams.catalogue.item import UNCOUNTED, Item
from streams.demand.served import NOTHING_FORECAST, DemandForecast
from streams.features.catalogue import NEVER, UNKNOWN_DAYS


def category_day(demand: DemandForecast, category: int, now: int) -> float:
    """Pieces of a category (a mark) expected in the next 24 hours; 0 where nothing is forecast."""
    return min(demand.category_day(category, now), float(UNCOUNTED))


def days_of_stock(demand: DemandForecast, mark: int, category: int, item: Item | None) -> float:
    """How long an item's pieces last as it will sell in the coming week.

    0 for what is out, ``NEVER`` for what has not sold of late, ``UNKNOWN_DAYS`` without a forecast or without a count.
    """
    if item is None or not 0 <= item.stock < UNCOUNTED:
        return UNKNOWN_DAYS
    if item.is_out:
        return 0.0
    if demand is NOTHING_FORECAST:
        return UNKNOWN_DAYS
    daily = demand.item_daily(mark, category)
    return min(item.stock / daily, NEVER) if daily > 0.0 else NEVER
