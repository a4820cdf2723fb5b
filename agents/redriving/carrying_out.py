"""A redrive: planned without touching anything, then carried out."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from agents.redriving.book import Book
from schemas.dead_letters import DeadLetter
from schemas.redrives import Redrive
from streams.intake.choosing import Selection, Tally, choose
from streams.intake.redriving import Redriven

AT_A_TIME = 1000
MOST_BYTES = 4 * 1024 * 1024


def plan(letters: Iterable[DeadLetter], book: Book, selection: Selection, limit: int | None) -> Tally:
    """What a redrive would do now."""
    tally = Tally()
    for _ in choose(letters, Redriven(book.read()), selection, limit, tally):
        pass
    return tally


def carry_out(
    letters: Iterable[DeadLetter],
    book: Book,
    selection: Selection,
    limit: int | None,
    advance: Callable[[int], None],
    at_a_time: int = AT_A_TIME,
) -> Tally:
    """Redrive what is selected, each letter once, whoever else does the same; ``advance`` is told how many more are.

    Raises:
        Refused: another redrive has begun; what was advanced is redriven.
        BrokerNotReady: the broker does not answer; what was advanced is redriven.

    """
    tally = Tally()
    book.open()
    for entries in _portions(choose(letters, Redriven(book.read()), selection, limit, tally), at_a_time):
        book.add(entries)
        advance(len(entries))
    return tally


def _portions(entries: Iterator[Redrive], most: int) -> Iterator[list[Redrive]]:
    """Pieces for one transaction each."""
    while portion := list(_portion(entries, most)):
        yield portion


def _portion(entries: Iterator[Redrive], most: int) -> Iterator[Redrive]:
    size = 0
    for entry in islice(entries, most):
        yield entry
        size += len(entry.value)
        if size > MOST_BYTES:
            return
