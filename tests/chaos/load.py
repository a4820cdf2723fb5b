"""A shop under load: customers and a delivery service, publishing in a thread beside the scenario."""

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from confluent_kafka import Consumer, KafkaError, TopicPartition
from confluent_kafka import Message as KafkaMessage

from agents.clients import consumer, producer
from agents.runtime.partition import wall_ms
from agents.settings import Settings
from schemas.codec import decode_json, encode_json
from schemas.money import Money
from schemas.outcomes import Outcome, OutcomeStatus
from schemas.topics import OUTCOMES, TRIGGERS
from schemas.triggers import Trigger
from tests.chaos.customers import Customers, Message

PAUSE = 0.01
AT_ONCE = 200
PATIENCE = 90.0
"""Seconds for which a broker may be away before publishing counts as failed."""


UNKNOWN = -1
"""The offset of a message that a broker has acknowledged only when it was sent again: it does not tell where it is."""


class Published(NamedTuple):
    """Where a message stands; ``name`` is the id inside, empty for what cannot be taken."""

    topic: str
    partition: int
    offset: int
    name: str


class Load:
    """``rate`` events/s of ``users`` customers, and the outcomes of every trigger that is to be sent.

    ``published`` holds all that the broker has acknowledged; ``made`` counts the events handed to the producer.
    ``clock`` gives the time (ms) at which things happen in the shop.
    """

    def __init__(
        self, settings: Settings, seed: int, rate: float, users: int, clock: Callable[[], int] = wall_ms
    ) -> None:
        self.rate = rate
        self.made = 0
        self.published: list[Published] = []
        self.failures: list[str] = []
        self._settings = settings
        self._clock = clock
        self._customers = Customers(seed, users)
        self._producer = producer(settings, message_timeout_ms=int(PATIENCE * 1000))
        self._answered: set[str] = set()
        self._going, self._ending = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="load", daemon=True)

    def consent(self) -> None:
        """Publish the customers' consent, and wait for the broker."""
        for message in self._customers.consents(self._clock()):
            self.send(message)
        self.flush()

    def start(self) -> None:
        """Begin, or go on after ``pause``."""
        self._going.set()
        if not self._thread.is_alive():
            self._thread.start()

    def pause(self) -> None:
        """Publish no events for a while; outcomes go on."""
        self._going.clear()

    def stop(self) -> None:
        """End the load and wait until everything is on the broker."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()
        self.flush()

    def send(self, message: Message, partition: int = -1) -> None:
        """Publish one message from the scenario itself or from the thread."""

        def note(error: KafkaError | None, at: KafkaMessage) -> None:
            if error is None:
                offset = at.offset()
                place = (at.partition() or 0, UNKNOWN if offset is None or offset < 0 else offset)
                self.published.append(Published(message.topic, *place, message.name))
            else:
                self.failures.append(f"{message.topic}: {error.str()}")

        name = self._settings.topic(message.topic)
        self._producer.produce(name, message.value, message.key, partition, on_delivery=note)
        self._producer.poll(0)

    def flush(self) -> None:
        """Wait until everything is on the broker."""
        left = self._producer.flush(PATIENCE)
        assert left == 0, f"{left} messages of the load could not be published"
        assert not self.failures, f"the load could not be published: {self.failures[0]}"

    def _run(self) -> None:
        owed, before = 0.0, time.monotonic()
        with consumer(self._settings, auto_offset_reset="earliest") as reader:
            topic = self._settings.topic(TRIGGERS)
            reader.assign([TopicPartition(topic, number, 0) for number in range(self._settings.partitions)])
            while not self._ending.is_set():
                now = time.monotonic()
                owed, before = owed + (now - before) * self.rate * self._going.is_set(), now
                due = min(int(owed), AT_ONCE)
                for _ in range(due):
                    self.send(self._customers.next(self._clock()))
                self.made += due
                owed -= due
                self._answer(reader)
                time.sleep(PAUSE)

    def _answer(self, reader: Consumer) -> None:
        self._producer.poll(0)
        for message in reader.consume(AT_ONCE, 0):
            if message.error() is None:
                self._report(decode_json(message.value() or b"", Trigger))

    def _report(self, trigger: Trigger) -> None:
        """As the delivery contract asks: each id once, whatever is repeated."""
        if trigger.kind != "send" or trigger.trigger_id in self._answered:
            return
        self._answered.add(trigger.trigger_id)
        now = self._clock()
        statuses: list[OutcomeStatus] = ["accepted", "delivered"]
        if now >= trigger.expires_at:
            statuses = ["expired"]
        elif len(self._answered) % 3 == 0:
            statuses.append("clicked")
        for status in statuses:
            outcome = Outcome(
                outcome_id=f"{trigger.trigger_id}-{status}",
                trigger_id=trigger.trigger_id,
                user=trigger.user,
                status=status,
                occurred_at=now,
                cost=Money(1, "CNY") if status == "accepted" else None,
            )
            self.send(Message(OUTCOMES, trigger.user.encode(), encode_json(outcome), outcome.outcome_id))
