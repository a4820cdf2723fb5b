"""Reading partitions to the end they have now. Blocking: for an executor's thread, never for the event loop."""

from collections.abc import Callable, Iterator, Mapping

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

Place = tuple[str, int]
"""A topic by its broker's name, and a partition."""

MOST = 5000
PATIENCE = 5.0
PASSING = frozenset({
    KafkaError._TRANSPORT,  # noqa: SLF001 - librdkafka's own codes have no public names
    KafkaError._ALL_BROKERS_DOWN,  # noqa: SLF001 - as above
    KafkaError._TIMED_OUT,  # noqa: SLF001 - as above
    KafkaError._RESOLVE,  # noqa: SLF001 - as above
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.NOT_LEADER_FOR_PARTITION,
})  # fmt: skip
END = KafkaError._PARTITION_EOF  # noqa: SLF001 - as above


class Stopped(Exception):  # noqa: N818 - nobody made a mistake
    """The reader was told to stop before it came to the end."""


def bounds(consumer: Consumer, place: Place, stopped: Callable[[], bool]) -> tuple[int, int]:
    """First offset and offset after the last one, as the consumer's isolation level sees them.

    A read_committed consumer is told the last stable offset as the end: ask with a read_uncommitted one.

    Raises:
        Stopped: told to stop while the broker did not answer.
        KafkaException: the partition is not there, or is not ours to read.

    """
    while not stopped():
        try:
            return consumer.get_watermark_offsets(TopicPartition(*place), timeout=PATIENCE)
        except KafkaException as error:
            if error.args[0].code() not in PASSING:
                raise
    raise Stopped


def read_to_end(
    consumer: Consumer, starts: Mapping[Place, int], ends: Mapping[Place, int], stopped: Callable[[], bool]
) -> Iterator[Message]:
    """Messages of each place from its start until its position is at or past its end.

    Transaction markers take offsets and are never delivered, so the end is known by position, not by a message.

    Raises:
        Stopped: told to stop.
        KafkaException: the broker will not serve the partition.

    """
    left = {place: end for place, end in ends.items() if starts[place] < end}
    consumer.assign([TopicPartition(*place, starts[place]) for place in left])
    while left:
        if stopped():
            raise Stopped
        batch = _batch(consumer)
        for message in batch:
            if message.error() is None:
                yield message
            else:
                _note(message, left)
        if batch:  # the end may never be seen where others go on writing
            _note(batch[-1], left)
    consumer.unassign()


def follow(consumer: Consumer, place: Place, start: int, stopped: Callable[[], bool]) -> Iterator[Message]:
    """Messages of one place from ``start`` on, for ever.

    Raises:
        Stopped: told to stop.
        KafkaException: the broker will not serve the partition.

    """
    consumer.assign([TopicPartition(*place, start)])
    while not stopped():
        message = consumer.poll(0.5)
        if message is not None and _progress(message) and message.error() is None:
            yield message
    raise Stopped


def _batch(consumer: Consumer) -> list[Message]:
    # consume(n, t) would wait for n messages or all of t: wait for the first, then take what is there.
    first = consumer.poll(0.1)
    return [] if first is None else [first, *consumer.consume(MOST - 1, 0)]


def _note(message: Message, left: dict[Place, int]) -> None:
    place, reached = _progress(message)
    if place in left and reached >= left[place]:
        del left[place]


def _progress(message: Message) -> tuple[Place, int]:
    place = (message.topic() or "", message.partition() or 0)
    error = message.error()
    if error is None:
        return place, (message.offset() or 0) + 1
    if error.code() == END:
        return place, message.offset() or 0
    if error.code() in PASSING:
        return place, -1
    raise KafkaException(error)
