"""The topic ``redrives``: what was redriven, and the only way to add to it. One writer at a time."""

import time
from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from agents.errors import BrokerNotReady, Refused
from agents.reading_back import read_partition
from agents.runtime.transactions import CommitFailed, Fenced, Transactions
from agents.settings import Settings
from schemas.codec import decode_msgpack, encode_msgpack
from schemas.redrives import Redrive
from schemas.topics import REDRIVES

PATIENCE = 30.0
RUN_AGAIN = "run it again: nothing is redriven twice"


class Book(Protocol):
    """``open``, then ``read``, then ``add``: who opened it last is the one who can add.

    Two who redrive at once cannot both choose a letter: opening aborts what the other has begun and shuts it out,
    and reading after opening sees everything that the other has added.
    """

    def open(self) -> None:
        """Shut out whoever opened it before."""

    def read(self) -> Iterator[Redrive]:
        """Every entry; for who has opened it that is all there will be, but for its own."""

    def add(self, entries: Sequence[Redrive]) -> None:
        """Add all entries or none.

        Raises:
            Refused: somebody else has opened it meanwhile.

        """


class KafkaBook:
    """The book on a real Kafka, by transactions under one transactional id.

    Every method may raise ``BrokerNotReady``: the broker does not answer; after ``add`` it is not known whether the
    entries were added, so that the book must be opened and read again.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._topic = settings.topic(REDRIVES)
        self._transactions = Transactions(settings, f"{settings.topic_prefix}promostream-redrive")

    def open(self) -> None:
        """As promised by ``Book``: the broker ends the former owner's transaction before it answers."""
        deadline = time.monotonic() + PATIENCE
        try:
            self._transactions.fence(lambda: time.monotonic() < deadline)
        except Fenced as error:
            raise Refused(f"another redrive began at the same moment; {RUN_AGAIN}") from error
        except CommitFailed as error:
            raise BrokerNotReady(f"redriving cannot begin ({error}); {RUN_AGAIN}") from error

    def read(self) -> Iterator[Redrive]:
        """As promised by ``Book``."""
        for message in read_partition(self._settings, REDRIVES, 0, isolation="read_committed"):
            try:
                yield decode_msgpack(message.value() or b"", Redrive)
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue  # intake has put it into dead-letters

    def add(self, entries: Sequence[Redrive]) -> None:
        """As promised by ``Book``."""
        written = ((entry.origin.text.encode(), encode_msgpack(entry)) for entry in entries)
        deadline = time.monotonic() + PATIENCE
        try:
            self._transactions.commit(self._topic, 0, written, lambda: time.monotonic() < deadline)
        except Fenced as error:
            raise Refused(f"another redrive has begun and goes on with what this one left; {RUN_AGAIN}") from error
        except CommitFailed as error:
            raise BrokerNotReady(f"redriving stopped ({error}); {RUN_AGAIN}") from error

    def close(self) -> None:
        """Release the connection."""
        self._transactions.discard()
