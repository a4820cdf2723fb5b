"""The dead letters that are there, oldest first."""

from collections.abc import Callable, Iterator
from heapq import merge

import msgspec

from agents.reading_back import read_partition
from agents.settings import Settings
from schemas.codec import decode_json
from schemas.dead_letters import DeadLetter
from schemas.topics import DEAD_LETTERS, TOPICS


def read_letters(settings: Settings, now: int, advance: Callable[[int], None]) -> Iterator[DeadLetter]:
    """Every dead letter of the last 14 days before ``now`` (ms), about in the order in which they were refused.

    Older ones may still lie on the broker: they are past their retention, and so may be what is known of them.

    Raises:
        BrokerNotReady: no broker, no such topic, or it stops answering.

    """
    topic = TOPICS[DEAD_LETTERS]
    assert isinstance(topic.partitions, int)  # noqa: S101 - a fixed count, by the table
    since = now - topic.retention
    partitions = (_of_partition(settings, partition, since, advance) for partition in range(topic.partitions))
    yield from merge(*partitions, key=lambda letter: letter.at)


def _of_partition(
    settings: Settings, partition: int, since: int, advance: Callable[[int], None]
) -> Iterator[DeadLetter]:
    for message in read_partition(settings, DEAD_LETTERS, partition):
        advance(1)
        if message.timestamp()[1] < since:
            continue
        try:
            yield decode_json(message.value() or b"", DeadLetter)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue  # somebody else's bytes: no message can be made of them
