"""What librdkafka hands out, as batches want it: runs of one partition, records, and what its error events mean."""

from collections.abc import Iterator, Sequence
from typing import Any

from confluent_kafka import KafkaError, Message

from agents.transport.batches import Place
from streams.folding import LogRecord
from streams.intake.messages import SourceRecord

PASSING = frozenset({
    KafkaError._TRANSPORT,  # noqa: SLF001 - librdkafka's own codes have no public names
    KafkaError._ALL_BROKERS_DOWN,  # noqa: SLF001
    KafkaError._TIMED_OUT,  # noqa: SLF001
    KafkaError._RESOLVE,  # noqa: SLF001
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.NOT_LEADER_FOR_PARTITION,
})  # fmt: skip
"""Errors that librdkafka reports and mends itself."""
MISSING = frozenset({
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError.UNKNOWN_TOPIC_ID,
    KafkaError._UNKNOWN_TOPIC,  # noqa: SLF001
    KafkaError._UNKNOWN_PARTITION,  # noqa: SLF001
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
})  # fmt: skip
"""Errors after which a partition may be there again: metadata on its way, or a right that somebody gives back."""


def log_records(messages: Sequence[Message]) -> list[LogRecord]:
    """What folds of a log want of messages."""
    return [LogRecord(m.offset() or 0, m.timestamp()[1], m.key(), m.value() or b"") for m in messages]


def source_record(message: Message) -> SourceRecord:
    """What intake wants of a message."""
    given: Any = message.headers() or ()  # a list of pairs; the library's hints allow more
    headers = tuple((name, value if isinstance(value, bytes) else b"") for name, value in given)
    return SourceRecord(message.offset() or 0, message.timestamp()[1], message.key(), message.value(), headers)


def source_records(messages: Sequence[Message]) -> list[SourceRecord]:
    """What intake wants of messages."""
    return [source_record(message) for message in messages]


def runs(messages: Sequence[Message]) -> Iterator[tuple[Place, Sequence[Message]]]:
    """Messages of one partition that stand side by side, as librdkafka hands them out; an error event stands alone."""
    begin, topic, partition = 0, None, -1
    for at, message in enumerate(messages):
        failed = message.error() is not None
        if failed or message.partition() != partition or message.topic() != topic:
            if at > begin:
                yield Place(topic or "", partition), messages[begin:at]
            begin, topic, partition = at, message.topic(), message.partition() or 0
        if failed:
            yield Place(topic or "", partition), messages[at : at + 1]
            begin, partition = at + 1, -1
    if len(messages) > begin:
        yield Place(topic or "", partition), messages[begin:]
