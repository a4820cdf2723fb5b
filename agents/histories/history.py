"""A whole history in time order, ready to be put on the input topics."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import IO, NamedTuple

from agents.errors import WrongUse
from agents.histories.comma_separated import read_csv
from agents.histories.events import Reading, Unreadable
from agents.histories.files import content, digest
from agents.histories.json_lines import read_json_lines
from agents.histories.mapping import Column, Mapping
from agents.histories.parquet import read_parquet
from agents.histories.rows import Row
from schemas.codec import encode_json
from schemas.dead_letters import DeadLetter
from schemas.events import Event
from schemas.origins import Origin
from schemas.privacy import Channel, PrivacyRequest
from schemas.topics import PRIVACY
from streams.intake.sources import source_of

Reader = Callable[[IO[bytes], Mapping, Sequence[Column]], Iterator[Row]]
_READERS: dict[str, Reader] = {"csv": read_csv, "jsonl": read_json_lines, "parquet": read_parquet}

_TOLERATED = 0.5
"""A column that cannot be read in more than this share of the rows is mapped wrongly."""
_TOLERATED_TYPES = 0.01
"""The same for event types: a value that comes again and again was forgotten in the mapping."""


class Message(NamedTuple):
    """A message for an input topic; ``time`` is the source's, in ms; ``row`` 0 where the file has none for it.

    ``named`` tells a customer from an anonymous visitor, who can consent to nothing.
    """

    time: int
    row: int
    topic: str
    key: bytes
    value: bytes
    named: bool


class History(NamedTuple):
    """Every row of a file: events in order of time and row, and what could not be read."""

    digest: str
    events: list[Message]
    unreadable: list[Unreadable]
    consent: tuple[Channel, ...]

    @property
    def rows(self) -> int:
        """How many rows the file has."""
        return len(self.events) + len(self.unreadable)

    def messages(self, limit: int | None = None) -> Iterator[Message]:
        """The first ``limit`` events in time order, each user's first one preceded by the mapping's consent."""
        known: set[bytes] = set()
        for event in self.events[:limit]:
            if self.consent and event.named and event.key not in known:
                known.add(event.key)
                yield self._consent(event)
            yield event

    def dead_letters(self, at: int) -> Iterator[DeadLetter]:
        """The rows that could not be read, as of ``at`` ms; ``offset`` of their origin is the row's number."""
        for row in self.unreadable:
            yield DeadLetter(
                reason="unreadable_row",
                field=row.column,
                message=f"row {row.row}: {row.message}",
                origin=Origin(f"history/{self.digest}", 0, row.row, 0),
                at=at,
                key=b"",
                value=row.raw,
            )

    def _consent(self, first: Message) -> Message:
        request = PrivacyRequest(
            request_id=f"{self.digest}-consent-{first.row}",
            user_id=first.key.decode(),
            kind="consent",
            occurred_at=first.time,
            channels=dict.fromkeys(self.consent, True),
        )
        return Message(first.time, 0, PRIVACY, first.key, encode_json(request), named=True)


def read_history(path: str, mapping: Mapping, advance: Callable[[int], None] = lambda _: None) -> History:
    """Read, convert and sort a whole file; ``advance`` is told now and then how many more rows are done.

    Raises:
        WrongUse: the file cannot be read, or the mapping does not fit it.

    """
    named = digest(path)
    reading = Reading(mapping, named)
    events: list[Message] = []
    unreadable: list[Unreadable] = []
    with content(path) as file:
        for row in _READERS[mapping.format](file, mapping, reading.wanted):
            event = reading.event(row)
            if isinstance(event, Unreadable):
                unreadable.append(event)
            else:
                events.append(_message(row.number, event))
            if row.number % 1_000 == 0:
                advance(1_000)
    _require_fit(path, mapping, unreadable, len(events) + len(unreadable))
    events.sort()
    return History(named, events, unreadable, mapping.defaults.consent)


def _message(row: int, event: Event) -> Message:
    key = (event.user_id or event.anonymous_id or "").encode()
    return Message(event.occurred_at, row, source_of(event.type), key, encode_json(event), bool(event.user_id))


def _require_fit(path: str, mapping: Mapping, unreadable: list[Unreadable], rows: int) -> None:
    kind = mapping.columns.kind
    faults = Counter(row.column for row in unreadable)  # the empty column: rows that are none of this format
    for column, count in faults.items():
        tolerated = _TOLERATED_TYPES if kind is not None and column == str(kind.column) else _TOLERATED
        if count > max(1, rows * tolerated) or count == rows:
            first = next(row for row in unreadable if row.column == column)
            raise WrongUse(f"{path}: the mapping does not fit {count} of {rows} rows; row {first.row}, {first.message}")
