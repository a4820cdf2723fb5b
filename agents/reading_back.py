"""One partition from its first message to its end: for commands that look things up."""

import time
from collections.abc import Callable, Iterator
from typing import Literal

from confluent_kafka import KafkaException, Message

from agents.admin import require_topics
from agents.clients import admin_client, consumer
from agents.errors import BrokerNotReady
from agents.rights import using
from agents.runtime.reading import Stopped, bounds, read_to_end
from agents.settings import Settings

PATIENCE = 10.0
MOST_AHEAD_KB = 8192
"""Read ahead of the caller, who may read many partitions at once."""


def read_partition(
    settings: Settings,
    name: str,
    partition: int,
    size: Callable[[int], None] = lambda _: None,
    isolation: Literal["read_uncommitted", "read_committed"] = "read_uncommitted",
) -> Iterator[Message]:
    """Messages of a partition of a topic of the table; ``size`` is told about how many there are.

    With ``read_committed`` the end is where the first open transaction begins.

    Raises:
        BrokerNotReady: no broker, no such topic or partition, or it stops answering for 10 s.

    """
    require_topics(settings, [name], using(reads=[name]))
    yield from _newest(settings, name, partition, None, size, isolation)


def read_topic(settings: Settings, name: str, last: int) -> Iterator[Message]:
    """The newest messages of a topic, at most ``last`` of all its partitions together, partition after partition.

    Raises:
        BrokerNotReady: as above.

    """
    require_topics(settings, [name], using(reads=[name]))
    topic = settings.topic(name)
    count = len(admin_client(settings).list_topics(topic, timeout=PATIENCE).topics[topic].partitions)
    for partition in range(count):
        yield from _newest(settings, name, partition, max(last // count, 1))


def _newest(
    settings: Settings,
    name: str,
    partition: int,
    last: int | None,
    size: Callable[[int], None] = lambda _: None,
    isolation: Literal["read_uncommitted", "read_committed"] = "read_uncommitted",
) -> Iterator[Message]:
    place, heard = (settings.topic(name), partition), [time.monotonic()]

    def silent() -> bool:
        return time.monotonic() - heard[0] > PATIENCE

    reader = consumer(settings, isolation_level=isolation, queued_max_messages_kbytes=MOST_AHEAD_KB)
    try:
        first, end = bounds(reader, place, silent)
        first = first if last is None else max(first, end - last)
        size(end - first)
        for message in read_to_end(reader, {place: first}, {place: end}, silent):
            yield message
            heard[0] = time.monotonic()  # the caller's own time is no silence of the broker's
    except KafkaException as error:
        raise BrokerNotReady(f"{place[0]}/{partition} cannot be read: {error.args[0].str()}") from error
    except Stopped as error:
        raise BrokerNotReady(f"{place[0]}/{partition}: the broker stopped answering; is it running?") from error
    finally:
        reader.close()
