"""What a partition has counted of the hour that is on: orders and pieces; events are counted anyway."""

from collections.abc import Iterable

import msgspec

from schemas.hourly import HOUR, OTHERS
from schemas.records import LineTaken
from streams.profiles.user import mark

MAX_CATEGORIES = 64
"""Categories told apart in an hour of a partition, by who came first; the others are one."""
MAX_ITEMS = 512
"""Likewise items; the others are left out."""
MOST_IDLE = 168
"""Empty hours that are told of; a longer silence is missing, not quiet."""


class HourCounting(msgspec.Struct, array_like=True):
    """``hour`` is that of the log's clock, −1 before any; ``whole`` whether it has been counted from its beginning.

    ``events`` is the total of the log when the hour began.
    """

    hour: int = -1
    whole: bool = False
    events: int = 0
    orders: int = 0
    pieces: dict[str, int] = {}
    items: dict[int, int] = {}

    def buy(self, lines: Iterable[LineTaken]) -> None:
        """One order more."""
        self.orders += 1
        for line in lines:
            room = line.category in self.pieces or len(self.pieces) < MAX_CATEGORIES
            category = line.category if room else OTHERS
            self.pieces[category] = self.pieces.get(category, 0) + line.quantity
            item = mark(line.item) if line.item else 0
            if item in self.items or (item and len(self.items) < MAX_ITEMS):
                self.items[item] = self.items.get(item, 0) + line.quantity


class Passed(msgspec.Struct, frozen=True):
    """The hour that is over, and how many after it are known to have been empty."""

    counting: HourCounting
    idle: int


def begun(before: HourCounting, now: int, events: int, *, gaps_are_quiet: bool) -> tuple[HourCounting, Passed | None]:
    """The hour at ``now`` (ms), not the one before, and that one if it was counted from its beginning to its end.

    ``events`` is the log's total. Where time comes with the events themselves (``gaps_are_quiet``), hours that it leaps
    over are empty; by the wall clock nobody was there to count, and neither in the hours at both ends.
    """
    hour = now // HOUR
    leapt = hour - before.hour - 1
    seen = before.hour >= 0 and (leapt == 0 or gaps_are_quiet)
    passed = Passed(before, min(leapt, MOST_IDLE)) if seen and before.whole else None
    return HourCounting(hour, seen, events), passed
