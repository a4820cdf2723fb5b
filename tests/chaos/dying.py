"""A producer and checkpoints that kill the process at an exact place."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from confluent_kafka import KafkaError, Message

from agents.runtime.storage import Found, Storage
from agents.runtime.tails import TailRead
from agents.runtime.transactions import Entry
from agents.runtime.wires import ForwardingWire, Headers, Reported, Wire

REACHED = 0.05
"""Seconds in which entries that were produced reach the broker."""

COMMITTING = ("before-checkpoint", "during-checkpoint", "in-commit", "after-checkpoint")
"""Points of a commit; a commit is no step towards any other."""


class Countdown:
    """Kills this process when it is reached for the n-th time."""

    def __init__(self, number: int) -> None:
        self._left = number
        self._lock = threading.Lock()

    def last(self) -> bool:
        """Whether this is the n-th time."""
        with self._lock:
            self._left -= 1
            return self._left == 0

    def reach(self) -> None:
        """Count, and die at the n-th."""
        if self.last():
            die()


def die() -> None:
    """End at once, as by the kernel's hand."""
    os.kill(os.getpid(), signal.SIGKILL)


class DyingWire(ForwardingWire):
    """A producer that dies before the n-th message is handed over, or when its delivery is reported."""

    def __init__(self, wire: Wire, produce: Countdown | None, delivery: Countdown | None) -> None:
        super().__init__(wire)
        self._produce = produce
        self._delivery = delivery

    def produce(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        partition: int = -1,
        *,
        on_delivery: Reported,
        headers: Headers,
    ) -> None:
        """See ``Wire``."""

        def reported(error: KafkaError | None, message: Message) -> None:
            if self._delivery:
                self._delivery.reach()
            on_delivery(error, message)

        if self._produce:
            self._produce.reach()
        super().produce(topic, value, key, partition, on_delivery=reported, headers=headers)


class DyingStorage:
    """Checkpoints that die at a point of the n-th commit, or of the n-th reading back."""

    def __init__(self, storage: Storage, point: str, countdown: Countdown) -> None:
        self._storage = storage
        self._point = point
        self._countdown = countdown

    def fence(self) -> None:
        """See ``Storage``."""
        self._storage.fence()

    def read(self) -> Found:
        """See ``Storage``."""
        return self._storage.read()

    def read_tails(self, positions: Mapping[str, int]) -> dict[str, TailRead]:
        """See ``Storage``."""
        if self._point == "opening":
            self._countdown.reach()
        return self._storage.read_tails(positions)

    def commit(self, head: bytes, entries: Iterable[Entry]) -> None:
        """See ``Storage``."""
        last = self._point in COMMITTING and self._countdown.last()
        if last and self._point == "before-checkpoint":
            die()
        if last and self._point == "during-checkpoint":
            entries = _half(entries)
        if last and self._point == "in-commit":
            threading.Timer(random.random() * REACHED, die).start()
        self._storage.commit(head, entries)
        if last and self._point == "after-checkpoint":
            die()

    def cancel(self) -> None:
        """See ``Storage``."""
        self._storage.cancel()

    def close(self) -> None:
        """See ``Storage``."""
        self._storage.close()


def _half(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Half of the entries are on the broker, in a transaction that nobody ends."""
    whole = list(entries)
    yield from islice(whole, len(whole) // 2)
    time.sleep(REACHED)
    die()
