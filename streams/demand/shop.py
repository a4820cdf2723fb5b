"""The partitions' hours become the shop's: an hour counts when all of them have told of it."""

import msgspec

from schemas.hourly import OTHERS, HourCounts

PATIENCE = 24
"""Hours behind the foremost partition that the others are waited for; then the hour is missing."""
MAX_CATEGORIES = 256
"""Categories of an hour of the shop; the others are one."""
MAX_ITEMS = 1024
"""Items of an hour of the shop; the others are left out."""


class ShopHour(msgspec.Struct, array_like=True):
    """Sums over the ``told`` partitions that have told of the hour."""

    told: int = 0
    events: int = 0
    orders: int = 0
    pieces: dict[str, int] = {}
    items: dict[int, int] = {}

    def add(self, counts: HourCounts) -> None:
        """What one more partition counted."""
        self.events += counts.events
        self.orders += counts.orders
        for category, pieces in counts.pieces.items():
            room = category in self.pieces or len(self.pieces) < MAX_CATEGORIES
            known = category if room else OTHERS
            self.pieces[known] = self.pieces.get(known, 0) + pieces
        for item, pieces in counts.items.items():
            if item in self.items or len(self.items) < MAX_ITEMS:
                self.items[item] = self.items.get(item, 0) + pieces


class ShopHours(msgspec.Struct, array_like=True):
    """Hours that are not over everywhere. ``reached``: by partition, the first hour that it has not told of.

    An hour that a partition has not told of is missing, for what the others saw of it is no sum: when all have gone on
    beyond it, or when the foremost is ``PATIENCE`` hours further. What comes later still is dropped, and counted.
    """

    reached: dict[int, int] = {}
    open: dict[int, ShopHour] = {}
    closed_until: int = 0

    def take(self, counts: HourCounts) -> list[tuple[int, ShopHour]]:
        """The hours that are whole now, in order."""
        after = counts.hour + counts.idle + 1
        partition = counts.origin.partition
        self.reached[partition] = max(self.reached.get(partition, 0), after)
        for hour in range(max(counts.hour, self.closed_until), after):
            shop = self.open.setdefault(hour, ShopHour())
            shop.told += 1
            if hour == counts.hour:
                shop.add(counts)
        return self._close(counts.partitions)

    def is_late(self, counts: HourCounts) -> bool:
        """Whether its hour has been given up already."""
        return counts.hour < self.closed_until

    def _close(self, partitions: int) -> list[tuple[int, ShopHour]]:
        slowest = min(self.reached.values()) if len(self.reached) >= partitions else 0
        self.closed_until = max(self.closed_until, slowest, max(self.reached.values()) - PATIENCE)
        over = [(hour, self.open.pop(hour)) for hour in sorted(self.open) if hour < self.closed_until]
        return [(hour, shop) for hour, shop in over if shop.told >= partitions]
