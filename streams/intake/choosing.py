"""Which of the dead letters that are read are redriven now, and the account of it."""

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from schemas.dead_letters import DeadLetter
from schemas.redrives import Redrive
from streams.intake.redriving import Redriven, obstacle, redrive

MOST_SHOWN = 5

Place = tuple[str, int, int]
"""Source, partition and offset of a message."""


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asks for; an empty set asks for everything. ``since`` and ``until``: when refused, in ms."""

    reasons: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    places: frozenset[Place] = frozenset()
    since: int = 0
    until: int

    def takes(self, letter: DeadLetter) -> bool:
        """Whether the letter is asked for."""
        origin = letter.origin
        return (
            self.since <= letter.at <= self.until
            and (not self.reasons or letter.reason in self.reasons)
            and (not self.fields or letter.field in self.fields)
            and (not self.sources or origin.topic in self.sources)
            and (not self.places or (origin.source, origin.partition, origin.offset) in self.places)
        )


class Tally:
    """What became of the letters read: ``selected`` is always chosen, done before and hindered ones together.

    ``chosen`` counts by source, reason and field, ``hindered`` by why a letter cannot be redriven. ``before`` are
    letters that were redriven, and repeats of a letter. ``shown`` holds the first chosen ones.
    """

    def __init__(self) -> None:
        self.read = self.selected = self.before = 0
        self.chosen: Counter[tuple[str, str, str]] = Counter()
        self.hindered: Counter[str] = Counter()
        self.shown: list[DeadLetter] = []

    def choose(self, letter: DeadLetter) -> None:
        """Count a letter that is redriven."""
        self.chosen[letter.origin.topic, letter.reason, letter.field] += 1
        if len(self.shown) < MOST_SHOWN:
            self.shown.append(letter)


def choose(
    letters: Iterable[DeadLetter], redriven: Redriven, selection: Selection, limit: int | None, tally: Tally
) -> Iterator[Redrive]:
    """The entries for ``redrives``, at most ``limit``, in the order of the letters; ``redriven`` is kept up to date."""
    left = limit
    for letter in letters:
        if left == 0:
            return
        tally.read += 1
        if not selection.takes(letter):
            continue
        tally.selected += 1
        hindrance = obstacle(letter)
        if redriven.holds(letter):
            tally.before += 1
        elif hindrance:
            tally.hindered[hindrance] += 1
        else:
            entry = redrive(letter)
            redriven.note(entry)
            tally.choose(letter)
            left = None if left is None else left - 1
            yield entry
