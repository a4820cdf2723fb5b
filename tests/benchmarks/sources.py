"""What is published at a fixed rate: a log's own records for one stage, a shop's events for the way through intake."""

import time
from collections.abc import Callable, Iterator
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Any

from confluent_kafka import Message
from msgspec import structs

from agents.clients import producer
from agents.control import write_campaigns
from agents.settings import Settings
from agents.simulation.recipients import Recipients
from schemas.codec import decode_json, decode_record, encode_json
from schemas.events import Event
from schemas.privacy import PrivacyRequest
from schemas.records import CampaignsActivated, EventTaken, ModelActivated
from schemas.topics import CONTROL, EVENT_SOURCES, PRIVACY, USER_LOG
from streams.folding import LogRecord
from streams.simulate.agenda import ShopMessage
from streams.simulate.settings import ShopSettings
from streams.simulate.shop import Shop
from tests.benchmarks.latency import Place
from tests.benchmarks.shop_log import KEY, STEP, ShopLog
from tests.making.topics import log_of

EVENTS_PER_CUSTOMER = 25


class LogSource:
    """Writes the records of a log to ``user-log``, all partitions side by side in the order of time."""

    def __init__(self, log: ShopLog, settings: Settings) -> None:
        self.settings = settings
        self._topic = settings.topic(USER_LOG)
        self._producer = producer(settings)
        self._records = merge(*(_numbered(n, records) for n, records in enumerate(log.partitions)), key=itemgetter(0))
        self._times: dict[Place, float] = {}

    def publish(self, most: int) -> int:
        """See ``Source``."""
        events = 0
        for _, place, record in self._records:
            self._producer.produce(self._topic, record.value, record.key, place[0])
            self._times[place] = time.monotonic()
            events += isinstance(decode_record(record.value).body, EventTaken)
            if events == most:
                break
        self._producer.poll(0)
        return events

    def published_at(self) -> Callable[[Place], float | None]:
        """See ``Source``."""
        return self._times.get


def _numbered(partition: int, records: list[LogRecord]) -> Iterator[tuple[int, Place, LogRecord]]:
    behind_opening = islice(enumerate(records), 1, None)
    return ((record.timestamp, (partition, offset), record) for offset, record in behind_opening)


class ShopSource:
    """What a shop's customers do, published on the input topics as if it happened now.

    The campaigns and the last models of ``log`` are in force before.
    """

    def __init__(self, log: ShopLog, campaigns: CampaignsActivated, events: int, settings: Settings) -> None:
        self.settings = settings
        self._producer = producer(settings)
        self._times: dict[tuple[str, int, int], float] = {}
        self._messages = iter(_shop_messages(events))
        write_campaigns(settings, campaigns, 0)
        for value in _last_models(log).values():
            self._producer.produce(settings.topic(CONTROL), value, partition=0)
        self._producer.flush()

    def publish(self, most: int) -> int:
        """See ``Source``."""
        events = 0
        for message in self._messages:
            self._send(message)
            events += message.topic != PRIVACY
            if events == most:
                break
        self._producer.poll(0)
        return events

    def published_at(self) -> Callable[[Place], float | None]:
        """See ``Source``; reads the log to learn what came from where."""
        self._producer.flush()
        found: dict[Place, float] = {}
        for partition in range(self.settings.partitions):
            for read in log_of(self.settings, partition):
                origin = decode_record(read.value).origin
                if sent := self._times.get((self.settings.topic(origin.source), origin.partition, origin.offset)):
                    found[partition, read.offset] = sent
        return found.get

    def flush(self) -> None:
        """Wait until everything is on the broker."""
        self._producer.flush()

    def _send(self, message: ShopMessage) -> None:
        kind = PrivacyRequest if message.topic == PRIVACY else Event
        now = time.time_ns() // 1_000_000
        value = encode_json(structs.replace(decode_json(message.value, kind), occurred_at=now))
        sent = time.monotonic()

        def note(error: Any, written: Message) -> None:
            if error is None:
                self._times[written.topic() or "", written.partition() or 0, written.offset() or 0] = sent

        self._producer.produce(self.settings.topic(message.topic), value, message.key, on_delivery=note)


def mean_input_bytes(events: int) -> float:
    """Key and value of what the platform publishes, by so many events."""
    messages = _shop_messages(events)
    return sum(len(message.key) + len(message.value) for message in messages) / len(messages)


def _shop_messages(events: int) -> list[ShopMessage]:
    shop = Shop(ShopSettings(customers=events // EVENTS_PER_CUSTOMER), Recipients(KEY))
    messages: list[ShopMessage] = []
    while len(messages) < events:
        messages += [found for found in shop.step(shop.now + STEP) if found.topic in (*EVENT_SOURCES, PRIVACY)]
    return messages


def _last_models(log: ShopLog) -> dict[str, bytes]:
    """The record that activates the newest version of each model."""
    found: dict[str, bytes] = {}
    for record in log.partitions[0]:
        body = decode_record(record.value).body
        if isinstance(body, ModelActivated):
            found[body.name] = record.value
    return found
