"""Which dead letters may be taken again, and the one rule that each is taken once."""

from collections.abc import Iterable

from schemas.dead_letters import DeadLetter
from schemas.origins import Origin
from schemas.redrives import Redrive
from schemas.topics import CATALOGUE, CONTROL, CUSTOMERS, EVENT_SOURCES, OUTCOMES, PRIVACY, USER_LOG

TAKEN_AGAIN = (*EVENT_SOURCES, OUTCOMES, PRIVACY, CUSTOMERS, CATALOGUE)
"""The sources whose dead letters can be redriven: the platform's own."""
MOST_ATTEMPTS = 8
"""Redrives of one message, after which it is refused for good: so one message makes at most nine dead letters."""

_NOT_AGAIN = {
    CONTROL: "a control record is made anew by its writer: `promostream campaigns apply` writes campaigns",
    USER_LOG: "a poison record stands in the log and may have been counted in part: run a program that can fold it",
}


def obstacle(letter: DeadLetter) -> str:
    """Why a letter cannot be redriven, with what to do instead; empty if it can."""
    source = letter.origin.topic
    if source.startswith("history/"):
        return "a row of a history is not a message: mend the mapping and publish the file again"
    if source not in TAKEN_AGAIN:
        return _NOT_AGAIN.get(source, f"{source} is no topic of the platform: its writer sends again by itself")
    if not letter.whole:
        return "only the beginning of a value over 256 KB is kept: let the platform send it again, smaller"
    if letter.attempts >= MOST_ATTEMPTS:
        return f"it was refused again {MOST_ATTEMPTS} times: let the platform send it again, corrected"
    return ""


class Redriven:
    """What stands on ``redrives``: per message, the highest attempt. About 200 bytes for each of the last 28 days.

    A letter's attempts grow only when its redrive was refused, so an attempt that is noted, or a lower one, has been
    made: it must not be made again. Exact for any choice of letters in any order, as long as whoever adds to the
    topic has read it to its end and nobody else adds meanwhile.
    """

    def __init__(self, entries: Iterable[Redrive] = ()) -> None:
        self._attempts: dict[tuple[str, int, int], int] = {}
        for entry in entries:
            self.note(entry)

    def note(self, entry: Redrive) -> None:
        """An entry of the topic."""
        place = _place(entry.origin)
        self._attempts[place] = max(entry.attempt, self._attempts.get(place, 0))

    def holds(self, letter: DeadLetter) -> bool:
        """Whether this very letter, or a later one of the same message, has been redriven."""
        return letter.attempts < self._attempts.get(_place(letter.origin), 0)


def redrive(letter: DeadLetter) -> Redrive:
    """The entry that takes a letter back to ``intake``."""
    return Redrive(letter.origin, letter.attempts + 1, letter.key, letter.value, letter.headers)


def _place(origin: Origin) -> tuple[str, int, int]:
    return origin.source, origin.partition, origin.offset
