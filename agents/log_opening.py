"""How a log was opened, which fixes its epoch, clock, size and token key for good.

It is the first record of every ``user-log`` partition, and stands on ``control`` as well: retention removes the former.
"""

import time

import msgspec
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from agents.access import explained
from agents.clients import consumer, producer
from agents.control import read_held, write_opening
from agents.errors import BrokerNotReady, Refused
from agents.rights import Right
from agents.settings import Settings
from schemas.codec import decode_record, encode_msgpack
from schemas.origins import Origin
from schemas.records import LogOpened, Record
from schemas.topics import USER_LOG
from streams.intake.tokens import fingerprint

SECONDS = 10.0


def opening_record(opening: LogOpened, partition: int, written_at: int) -> Record:
    """The record at offset 0. Under the clock ``source`` it claims no time: the first event sets it."""
    return Record(Origin("log", partition, 0), 0 if opening.clock == "source" else written_at, "", opening)


def write_openings(settings: Settings, opening: LogOpened, partitions: list[int]) -> None:
    """Write the first record into these empty partitions and return when the broker has them.

    Two writers at once do no harm: the second record has the origin of the first and is dropped as its repeat.
    """
    failed: list[KafkaError] = []

    def note(error: KafkaError | None, message: Message) -> None:
        del message
        if error is not None:
            failed.append(error)

    topic = settings.topic(USER_LOG)
    sender = producer(settings, message_timeout_ms=int(SECONDS * 1000), enable_gapless_guarantee=False)
    for partition in partitions:
        value = encode_msgpack(opening_record(opening, partition, time.time_ns() // 1_000_000))
        sender.produce(topic, value=value, partition=partition, on_delivery=note)
    unsent = sender.flush(SECONDS + 1)
    if failed or unsent:
        right = Right("Write", "topic", USER_LOG)
        reason = explained(settings, failed[0], right) if failed else "no answer"
        raise BrokerNotReady(f"{topic} could not be opened: {reason}; run `promostream topics create` again")


def keep_opening(settings: Settings, opening: LogOpened) -> None:
    """Put the opening on ``control``, unless it is the last one there.

    Raises:
        BrokerNotReady: the broker did not take it.

    """
    held = read_held(settings)
    if held.opening != opening:
        write_opening(settings, opening, held.last)


def require_opening(settings: Settings) -> LogOpened:
    """How the log was opened, if with the token key that is set.

    Raises:
        Refused: it was never opened, or with another key: the same user under two tokens would be two users.
        WrongUse: the key is missing or malformed.
        BrokerNotReady: the broker does not give the records.

    """
    found = find_opening(settings)
    if found is None:
        raise Refused(f"{settings.topic(USER_LOG)} has not been opened; `promostream topics create` opens it")
    if found.token_key != fingerprint(settings.tokens().value):
        raise Refused(
            "the token key is not the one this log was opened with; set PROMOSTREAM_TOKEN_KEY to that one, "
            "or begin a new log under another PROMOSTREAM_TOPIC_PREFIX"
        )
    return found


def find_opening(settings: Settings) -> LogOpened | None:
    """How the log was opened, by its own first records, else by ``control``; None for a log that never was.

    Raises:
        Refused: a partition begins with something else.
        BrokerNotReady: the broker does not give the records.

    """
    openings = read_openings(settings, settings.partitions)
    if not openings:
        return None
    return next((found for found in openings.values() if found is not None), None) or read_held(settings).opening


def read_openings(settings: Settings, partitions: int) -> dict[int, LogOpened | None]:
    """The first records of the partitions that hold any; None where retention has removed the log's beginning.

    Raises:
        Refused: a partition begins with something else.
        BrokerNotReady: the broker does not give the records.

    """
    topic = settings.topic(USER_LOG)
    reader = consumer(settings)
    try:
        lows = _first_offsets(reader, topic, partitions)
        whole = [partition for partition, low in lows.items() if low == 0]
        return dict.fromkeys(lows) | _first_records(reader, topic, whole)
    except KafkaException as error:
        raise BrokerNotReady(f"{topic} cannot be read: {error.args[0].str()}") from error
    finally:
        reader.close()


def _first_records(reader: Consumer, topic: str, partitions: list[int]) -> dict[int, LogOpened]:
    openings: dict[int, LogOpened] = {}
    reader.assign([TopicPartition(topic, partition, 0) for partition in partitions])
    deadline = time.monotonic() + SECONDS
    while len(openings) < len(partitions):
        for message in reader.consume(100, 0.2):
            partition, value = message.partition(), message.value()
            if message.error() is None and partition is not None and partition not in openings:
                openings[partition] = _decode(topic, partition, value or b"")
        if time.monotonic() > deadline:
            raise BrokerNotReady(f"{topic}: the broker did not give its first records; see the broker's log")
    return openings


def _first_offsets(reader: Consumer, topic: str, partitions: int) -> dict[int, int]:
    """The first offset of each partition that has ever held a record."""
    bounds = {p: reader.get_watermark_offsets(TopicPartition(topic, p), SECONDS) for p in range(partitions)}
    return {partition: low for partition, (low, high) in bounds.items() if high > 0}


def _decode(topic: str, partition: int, value: bytes) -> LogOpened:
    try:
        body = decode_record(value).body
    except (msgspec.DecodeError, msgspec.ValidationError):
        body = None
    if isinstance(body, LogOpened):
        return body
    problem = f"{topic}/{partition} does not begin with the record that opens a log"
    raise Refused(f"{problem}; delete the topic, or start a new log under another PROMOSTREAM_TOPIC_PREFIX")
