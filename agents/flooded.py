"""Input partitions left unread for their dead letters; what had been read of them waits, in order."""

import logging

from agents.transport.batches import Place
from streams.intake.fold import SourceRecord

log = logging.getLogger("promostream.worker")

QUIET_MS = 60_000
"""Wall time before the same partition is spoken of again: a flood pauses it many times."""


class Flooded:
    """Paused partitions, each with its records that were read and not folded; ``now`` is wall time in ms.

    Nothing that was read is dropped: read again, it could come behind later records that were on their way.
    """

    def __init__(self) -> None:
        self._waiting: dict[Place, list[SourceRecord]] = {}
        self._told: dict[Place, int] = {}

    def __contains__(self, place: Place) -> bool:
        return place in self._waiting

    def places(self) -> tuple[Place, ...]:
        """The paused partitions."""
        return tuple(self._waiting)

    def pause(self, place: Place, rest: list[SourceRecord], now: int) -> None:
        """Leave a partition unread; ``rest`` was read of it and not folded."""
        self._waiting[place] = rest
        if not 0 <= now - self._told.get(place, now - QUIET_MS) < QUIET_MS:
            self._told[place] = now
            log.warning(
                "%s/%d is paused: too many dead letters (promostream_dead_letters_total has the reasons); it is read "
                "on at the rate of PROMOSTREAM_DEAD_LETTER_RATE by itself, other partitions as ever",
                *place,
            )

    def add(self, place: Place, records: list[SourceRecord]) -> None:
        """Keep what was on its way when the partition was paused."""
        self._waiting[place] += records

    def take(self, place: Place, most: int) -> list[SourceRecord]:
        """The next records of a partition that may go on; when there are none left it is paused no more."""
        waiting = self._waiting[place]
        taken, self._waiting[place] = waiting[:most], waiting[most:]
        if not taken:
            del self._waiting[place]
        return taken

    def clear(self) -> None:
        """Partitions have moved: everything is read again from where folding had come to."""
        self._waiting.clear()
