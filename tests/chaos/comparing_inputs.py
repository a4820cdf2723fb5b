"""What was published, compared with what stands in the log and in dead letters: each once, as readers count."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from agents.runtime.tails import origin_of
from agents.settings import Settings
from schemas.codec import decode_record
from schemas.origins import Origin
from schemas.records import Body, ConsentChanged, ErasureRequested, EventTaken, OutcomeTaken
from schemas.topics import CONTROL, DEAD_LETTERS, INTAKE_SOURCES, TOPICS
from streams.folding import LogRecord
from tests.chaos.load import UNKNOWN, Published
from tests.chaos.sequences import SHOWN
from tests.making.topics import log_of, written

PUBLISHED = frozenset(INTAKE_SOURCES) - {CONTROL}


def compare_intake(settings: Settings, published: Iterable[Published]) -> list[str]:
    """Everything that the load published, against ``user-log`` and ``dead-letters``."""
    count = TOPICS[DEAD_LETTERS].partitions
    assert isinstance(count, int)
    with ThreadPoolExecutor(count) as threads:
        logs = list(threads.map(lambda number: log_of(settings, number), range(settings.partitions)))
        letters = list(threads.map(lambda number: written(settings, DEAD_LETTERS, number), range(count)))
    dead = {origin_of(headers).decode() for found in letters for _, _, headers in found}
    taken: dict[Origin, str] = {}
    problems = []
    for log in logs:
        kept = as_readers_keep(log)
        problems += [f"{origin.text} stands in two partitions of the log" for origin in kept.keys() & taken.keys()]
        taken |= kept
    return problems + compare_taken(placed(published, taken), taken, dead)


def as_readers_keep(log: Iterable[LogRecord]) -> dict[Origin, str]:
    """What a reader of one partition keeps of the platform's messages: the id inside by origin, in order.

    A record whose origin is not newer than the newest of its source partition is dropped.
    """
    kept: dict[Origin, str] = {}
    seen: dict[tuple[str, int], tuple[int, int]] = {}
    for line in log:
        try:
            record = decode_record(line.value)
        except (ValueError, TypeError):
            continue  # a poison record of a scenario
        origin = record.origin
        if origin.topic in PUBLISHED and (origin.offset, origin.n) > seen.get(
            (origin.source, origin.partition), (-1, -1)
        ):
            seen[origin.source, origin.partition] = (origin.offset, origin.n)
            kept[origin] = _name(record.body)
    return kept


def placed(published: Iterable[Published], taken: Mapping[Origin, str]) -> list[Published]:
    """Messages of which the broker did not tell the place, where they were found by name; the rest as it is."""
    given = list(published)
    known = {(one.topic, one.partition, one.offset) for one in given}
    free = {
        (origin.source, origin.partition, name): origin.offset
        for origin, name in taken.items()
        if (origin.source, origin.partition, origin.offset) not in known
    }
    return [
        one if one.offset != UNKNOWN else one._replace(offset=free.get((one.topic, one.partition, one.name), UNKNOWN))
        for one in given
        if one.name or one.offset != UNKNOWN
    ]


def compare_taken(published: Iterable[Published], taken: Mapping[Origin, str], dead: set[str]) -> list[str]:
    """Each message of the platform is taken, with its own id, or dead-lettered; and none that nobody published."""
    sent = {Origin(topic, partition, offset): name for topic, partition, offset, name in published}
    lines = {
        "were published and are neither in the log nor dead letters": [
            origin for origin in sent if origin not in taken and origin.text not in dead
        ],
        "are in the log with another content": [
            origin for origin, name in sent.items() if taken.get(origin, name) != name
        ],
        "are in the log and dead letters": [origin for origin in taken if origin.text in dead],
        "were never published": [origin for origin in taken if origin not in sent],
        "are good and dead-lettered": [origin for origin, name in sent.items() if name and origin.text in dead],
    }
    return [
        f"intake: {len(found)} of {len(sent)} messages {what}: {', '.join(o.text for o in found[:SHOWN])}"
        for what, found in lines.items()
        if found
    ]


def _name(body: Body) -> str:
    if isinstance(body, EventTaken):
        return body.event_id
    if isinstance(body, OutcomeTaken):
        return body.outcome_id
    return body.request_id if isinstance(body, ConsentChanged | ErasureRequested) else ""
