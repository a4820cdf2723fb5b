"""What one partition of the log saw in an hour; all partitions' together are the shop's."""

import msgspec

from schemas.origins import Origin

HOUR = 3_600_000
OTHERS = ""
"""The category of what there was no room for, and of what has none."""


class HourCounts(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """An hour of log time on one of ``partitions``, in hours since 1970, UTC; the ``idle`` hours after it were empty.

    ``pieces`` were bought by category, the last of them ``OTHERS``; ``items`` likewise by the item's 63-bit hash.
    """

    origin: Origin
    partitions: int
    hour: int
    idle: int
    events: int
    orders: int
    pieces: dict[str, int]
    items: dict[int, int]
