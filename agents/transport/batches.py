"""What the transport hands over, and whom it asks where to read."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

BEGINNING = -2
"""Read from the first offset that is there (librdkafka's ``OFFSET_BEGINNING``)."""


class Place(NamedTuple):
    """A partition of a topic, by its name on the broker."""

    topic: str
    partition: int


class Batch(NamedTuple):
    """One message to an agent: records of several partitions, in offset order per partition, as the reader makes them.

    ``epoch`` changes whenever positions may have moved: a batch of another epoch than the transport's is dropped.
    ``drained`` gives per partition the latest time (wall ms) at which everything then in it had been read, this
    batch included; it never goes back while the partition is owned.
    """

    epoch: int
    records: Mapping[Place, list[Any]]
    drained: Mapping[Place, int]

    def size(self) -> int:
        """How many records there are."""
        return sum(map(len, self.records.values()))


class Owner(Protocol):
    """The role, as the transport sees it. Every call comes from the event loop."""

    async def open(self, place: Place, generation: int) -> int | None:
        """The offset to read next, once the partition is ready; None leaves it unread.

        Asked for every assigned partition in every generation; at most a few at a time. A partition kept from the
        generation before may answer from memory; one that missed a generation must start anew.
        """

    async def suspend(self) -> None:
        """A rebalance begins: what is folded is to be delivered; bounded, and quick where nothing is pending."""

    async def keep(self, places: set[Place], generation: int) -> None:
        """The rebalance is over: everything but ``places`` belongs to others now."""
