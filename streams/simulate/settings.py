"""What a simulated shop is told."""

import msgspec


class ShopSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A shop's size, seed and time scale.

    ``pace`` is how much faster than life the customers live: 1440 makes a day of theirs a minute. ``mix`` overrides
    the shares of the customer types (they are normalised); ``repeats`` is the share of events published twice, as
    platforms do; ``failures`` the share of messages that can never be delivered, ``hiccups`` of attempts that fail
    for now. Delivery itself is not paced: a provider answers in its own seconds. ``rings``, ``households`` and
    ``offices`` are the shares of customers who are accounts of a ring, live together, or order to where they work;
    ``outages`` is the share of items that are out of stock.
    """

    seed: int = 1
    customers: int = 1000
    start_ms: int = 1_767_225_600_000
    pace: float = 1.0
    mix: dict[str, float] = {}
    repeats: float = 0.0
    failures: float = 0.03
    hiccups: float = 0.05
    rings: float = 0.01
    households: float = 0.3
    offices: float = 0.05
    outages: float = 0.08
    currency: str = "CNY"

    def span(self, seconds: float) -> float:
        """Milliseconds on the log's clock for so many seconds of a customer's life."""
        return seconds * 1000.0 / self.pace
