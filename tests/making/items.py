"""Items that a small shop sells."""

from collections.abc import Mapping

from schemas.models import ModelSnapshot
from streams.catalogue.item import Item
from streams.catalogue.table import ItemTable, snapshot_of
from streams.profiles.user import mark


def items_snapshot(items: Mapping[str, Item], version: int = 1) -> ModelSnapshot:
    """A snapshot of these items, by their ids."""
    return snapshot_of({mark(name): item for name, item in items.items()}, version)


def item_table(items: Mapping[str, Item]) -> ItemTable:
    """The same, compiled."""
    return ItemTable.from_snapshot(items_snapshot(items))
