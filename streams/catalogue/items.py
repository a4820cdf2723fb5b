"""Every item by its mark: the snapshot in force, and over it what was told since."""

from typing import Literal

from streams.catalogue.item import Item, ItemChange
from streams.catalogue.table import NO_ITEMS, ItemTable
from streams.profiles.user import keep_newest

MAX_CHANGED = 4096
"""Items of which something may be told between two snapshots; beyond that the one told of longest ago falls back."""

Fate = Literal["taken", "late", "crowding"]

_NOTHING = Item(0)


class Items:
    """Looks items up. ``changes`` is the partition's state and is changed in place.

    Of one item the newer word holds, by the shop's own times, whether it came in a snapshot or beside it.
    """

    def __init__(self, changes: dict[int, ItemChange], table: ItemTable = NO_ITEMS, most: int = MAX_CHANGED) -> None:
        self._changes = changes
        self._table = table
        self._most = most

    @property
    def as_of(self) -> int:
        """When (ms) the newest word in the snapshot was said; 0 without one."""
        return self._table.as_of

    def get(self, mark: int) -> Item | None:
        """What is known of the item; None where nothing ever was."""
        item, change = self._table.get(mark), self._changes.get(mark)
        if change is None or (item is not None and item.at >= change.at):
            return item
        return change.applied(item or _NOTHING)

    def tell(self, mark: int, change: ItemChange) -> Fate:
        """Take what was told of an item; a word older than what is known changes nothing."""
        earlier = self._changes.get(mark)
        if (earlier is not None and change.at < earlier.at) or change.at <= self._table.told_at(mark):
            return "late"
        if earlier is not None:
            del self._changes[mark]  # told of last: the order is that of leaving
            change = change.after(earlier)
        self._changes[mark] = change
        crowded = len(self._changes) > self._most
        keep_newest(self._changes, self._most)
        return "crowding" if crowded else "taken"

    def settle(self) -> None:
        """Forget what the snapshot knows as well."""
        table = self._table
        known = [mark for mark, change in self._changes.items() if table.told_at(mark) >= change.at]
        for mark in known:
            del self._changes[mark]


NO_WORD = Items({})
"""Where no catalogue is at hand; nothing may be told to it."""
