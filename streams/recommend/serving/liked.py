"""Which items are chosen, over all and within their categories, by decayed weights."""

from schemas.items import ChosenItem
from streams.recommend.serving.known import Category, ChoicesState, Item
from streams.recommend.serving.rows import Rows

MAX_TEXT = 64
"""Bytes of an item's id: one with more tells of others and is not recommended, or snapshots would have no bound."""


class Liked:
    """At most ``most`` items with their categories; those not chosen for longest make room."""

    def __init__(self, most: int) -> None:
        self.items = Rows(Item, b"i/", most)
        self.categories = Rows(Category, b"c/", most + 1)
        self.state = ChoicesState()
        self.slots: list[int] = []
        """The marks of items by their number, without gaps."""

    def restore(self, state: ChoicesState, entries: list[tuple[bytes, bytes]]) -> None:
        """Go on from a checkpoint."""
        self.state = state
        self.items.restore(entries)
        self.categories.restore(entries)
        self.slots = [key for key, _ in sorted(self.items.entries(), key=lambda entry: entry[1].slot)]

    def meet(self, key: int, chosen: ChosenItem, weight: float) -> bool:
        """Count an item; False if it cannot be recommended."""
        item = self.items.touch(key, self.state.touch())
        if item is None:
            if not chosen.item or len(chosen.item.encode()) > MAX_TEXT:
                return False
            item = self._add(key, Item(self.state.touch(), chosen.item, chosen.category, len(self.slots)))
        if item.category != chosen.category:
            self._weigh(item.category, -item.weight, -1)
            self._weigh(chosen.category, item.weight, 1)
            item.category = chosen.category
        item.weight += weight
        self.state.total += weight
        self._weigh(item.category, weight, 0)
        return True

    def popularity(self, item: Item) -> float:
        """Its share of all weights."""
        return item.weight / self.state.total if self.state.total > 0.0 else 0.0

    def within(self, item: Item) -> float:
        """Its share of its category's weights; 0 without a category."""
        category = self.categories.get(item.category) if item.category else None
        return item.weight / category.weight if category is not None and category.weight > 0.0 else 0.0

    def scale(self, factor: float) -> None:
        """See everything from another landmark."""
        self.state.total *= factor
        for _, item in self.items.entries():
            item.weight *= factor
        for _, category in self.categories.entries():
            category.weight *= factor
        self.items.change_all()
        self.categories.change_all()

    def _add(self, key: int, item: Item) -> Item:
        left = self.items.add(key, item)
        if left is None:
            self.slots.append(key)
        else:
            item.slot = left.slot
            self.slots[left.slot] = key
            self.state.total = max(self.state.total - left.weight, 0.0)
            self._weigh(left.category, -left.weight, -1)
        self._weigh(item.category, 0.0, 1)
        return item

    def _weigh(self, key: int, weight: float, items: int) -> None:
        """Change a category's weight and number of items; one without items leaves."""
        number = self.state.touch()
        category = self.categories.touch(key, number)
        if category is None:
            category = Category(number)
            self.categories.add(key, category)
        category.weight = max(category.weight + weight, 0.0)
        category.items += items
        if category.items <= 0:
            self.categories.remove(key)
