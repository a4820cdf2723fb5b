"""Logs of entity sightings, and what a fold of them tells."""

from collections.abc import Iterable, Sequence

from schemas.codec import decode_record, encode_msgpack
from schemas.fraud import EntityKind, EntitySighting
from schemas.origins import Origin
from schemas.records import RingFound
from schemas.topics import CONTROL
from streams.folding import LogRecord, Output
from streams.fraud.rings.finding import RingFinding

START = 1_790_000_000_000
DAY = 86_400_000

Seen = tuple[str, EntityKind, int]


def sighting(
    number: int, user: str, *seen: tuple[EntityKind, int], at: int = START, erased: bool = False
) -> EntitySighting:
    """A user seen with entities, or erased; ``number`` is the offset of its cause on user-log/0."""
    return EntitySighting(origin=Origin("user-log", 0, number), user=user, at=at, seen=seen, erased=erased)


def log_of(sightings: Iterable[EntitySighting]) -> list[LogRecord]:
    """The sightings as the topic holds them."""
    return [LogRecord(n, s.at, s.user.encode(), encode_msgpack(s)) for n, s in enumerate(sightings)]


def sharing(users: Sequence[str], *seen: tuple[EntityKind, int], first: int = 0, at: int = START) -> list[LogRecord]:
    """Every one of the users is seen with all of these, one after the other, from offset ``first`` on."""
    made = log_of(sighting(first + n, user, *seen, at=at) for n, user in enumerate(users))
    return [LogRecord(first + record.offset, record.timestamp, record.key, record.value) for record in made]


def told(outputs: Sequence[Output]) -> list[RingFound]:
    """What was said of rings."""
    bodies = [decode_record(output.value).body for output in outputs if output.topic == CONTROL]
    return [body for body in bodies if isinstance(body, RingFound)]


def folded(log: Sequence[LogRecord]) -> tuple[RingFinding, list[Output]]:
    """The fold of a log in one piece."""
    fold, outputs = RingFinding(), list[Output]()
    fold.fold(log, outputs)
    return fold, outputs
