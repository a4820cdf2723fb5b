"""What is learned of demand is bounded, however many categories and items a shop sells."""

from streams.demand.learning import MAX_CATEGORIES, MAX_ITEMS, DemandLearning, DemandState
from streams.demand.shop import ShopHour
from streams.learn.settings import LearnSettings
from streams.models.snapshots import unpack

MOST_BYTES = 1_000_000
"""Of the head of the fold's checkpoint and of a version on ``models``; a message holds 8 MB."""


def test_what_is_learned_of_demand_is_bounded() -> None:
    """Fifty hours with ever new categories and items: no more series, rates or bytes than there may be."""
    most = LearnSettings().forecast_categories
    learning = DemandLearning(DemandState(), most)
    for hour in range(50):
        pieces = {f"category-{hour}-{n}": 1 + n for n in range(30)}
        items = {1000 * hour + n: 1 + n for n in range(300)}
        learning.learn_one(hour, ShopHour(2, 5000, 400, pieces, items))
    state = learning.state()
    assert (len(state.categories.pieces), len(state.items.pieces)) == (MAX_CATEGORIES, MAX_ITEMS)
    assert len(learning.errors()) == most + 2
    snapshot = learning.snapshot(1, 0)
    assert sum(len(array.data) for array in snapshot.arrays.values()) < MOST_BYTES
    assert sum(len(own.forecaster) + len(own.baseline) for own in state.series.values()) < MOST_BYTES
    assert float(unpack(snapshot.arrays["item_floor"])[0]) > 0.0
