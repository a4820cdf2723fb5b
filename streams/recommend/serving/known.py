"""What is known of items, of what goes with them and of categories: the rows, and what is known besides.

In each row ``touched`` is the number of its last touch.
"""

import msgspec


class Item(msgspec.Struct, array_like=True):
    """An item that was chosen: its id, category (0: none), number among all, decayed weight; orders, alone and with."""

    touched: int
    text: str
    category: int
    slot: int
    weight: float = 0.0
    orders: int = 0
    together: dict[int, int] = {}


class Source(msgspec.Struct, array_like=True):
    """Decayed weights of what was chosen beside an item."""

    touched: int
    partners: dict[int, float] = {}


class Category(msgspec.Struct, array_like=True):
    """A category: the number of its items and their decayed weight."""

    touched: int
    items: int = 0
    weight: float = 0.0


class Pair(msgspec.Struct, array_like=True):
    """Somebody chose an item, whoever it was: once more by the same customer is no news."""

    touched: int


class ChoicesState(msgspec.Struct, array_like=True):
    """What is known besides the rows.

    Weights are seen from ``landmark`` (ms); ``total`` is that of all items. ``orders`` and choices ``learned`` are
    counts. ``weights`` and ``squares`` are the pool's, two per member; ``touched`` is the number of the last touch.
    """

    landmark: int = 0
    total: float = 0.0
    orders: int = 0
    learned: int = 0
    touched: int = 0
    weights: list[float] = msgspec.field(default_factory=lambda: [1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    squares: list[float] = msgspec.field(default_factory=lambda: [0.0] * 6)

    def touch(self) -> int:
        """The number of the next touch."""
        self.touched += 1
        return self.touched
