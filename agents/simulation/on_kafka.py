"""The simulated shop on a real Kafka, in real time: its platform, its customers and its delivery service."""

import time
from collections.abc import Callable

import msgspec
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

from agents.admin import require_topics
from agents.clients import consumer, producer
from agents.errors import BrokerNotReady
from agents.log_opening import require_opening
from agents.rights import using
from agents.settings import Settings
from agents.simulation.recipients import Recipients
from schemas.codec import decode_json
from schemas.topics import BROWSES, CATALOGUE, CLICKS, OUTCOMES, PRIVACY, PURCHASES, TRIGGERS, USER_LOG
from schemas.triggers import Trigger
from streams.simulate.settings import ShopSettings
from streams.simulate.shop import Shop

_ANSWER_SECONDS = 10.0
_TURN_SECONDS = 0.02
_MOST_TRIGGERS = 500


def now_ms() -> int:
    """Wall time."""
    return time.time_ns() // 1_000_000


class ShopOnKafka:
    """Publishes what customers do as time passes, reads triggers from now on, reports their outcomes.

    Raises:
        BrokerNotReady: the topics are not there, or the broker refuses a message.
        Refused: the token key is not that of the log.

    """

    def __init__(self, shop: ShopSettings, settings: Settings) -> None:
        writes = (BROWSES, CLICKS, PURCHASES, OUTCOMES, PRIVACY, CATALOGUE)
        require_topics(settings, (*writes, TRIGGERS), using((TRIGGERS, USER_LOG), writes))
        recipients = Recipients(settings.tokens().value)
        require_opening(settings)
        self._settings = settings
        self._producer: Producer = producer(settings)
        self._consumer: Consumer = consumer(settings, fetch_wait_max_ms=20)
        self._consumer.assign(places(self._consumer, [settings.topic(TRIGGERS)]))
        self._refused: KafkaError | None = None
        self.shop = Shop(msgspec.structs.replace(shop, start_ms=now_ms()), recipients)
        self.events = 0
        self.triggers = 0

    def run(self, until: Callable[[], bool], progress: Callable[[int, int], None]) -> None:
        """Live until told otherwise; ``progress(events, triggers)`` is called now and then."""
        while not until():
            self.turn()
            progress(self.events, self.triggers)

    def turn(self) -> None:
        """One short turn: publish what has happened, take what is to be delivered."""
        for message in self.shop.step(now_ms()):
            self._publish(self._settings.topic(message.topic), message.key, message.value)
        self._producer.poll(0)
        if self._refused is not None:
            raise BrokerNotReady(f"the broker refused a message: {self._refused.str()}; see the broker's log")
        for read in self._consumer.consume(_MOST_TRIGGERS, _TURN_SECONDS):
            value = read.value()
            if read.error() is None and value is not None:
                self.triggers += 1
                self.shop.receive(decode_json(value, Trigger), now_ms())

    def close(self) -> None:
        """Wait for what was published to be written, and leave."""
        self._consumer.close()
        self._producer.flush(_ANSWER_SECONDS)

    def _publish(self, topic: str, key: bytes, value: bytes) -> None:
        self.events += 1
        while True:
            try:
                self._producer.produce(topic, value, key, on_delivery=self._note)
            except BufferError:
                self._producer.poll(0.1)
            else:
                return

    def _note(self, error: KafkaError | None, message: Message) -> None:
        del message
        self._refused = self._refused or error


def places(reader: Consumer, topics: list[str], *, beginning: bool = False) -> list[TopicPartition]:
    """Every partition of the topics at its present end, or at its beginning.

    Raises:
        BrokerNotReady: the broker does not tell.

    """
    try:
        known = reader.list_topics(timeout=_ANSWER_SECONDS).topics
        found = [TopicPartition(topic, partition) for topic in topics for partition in known[topic].partitions]
        for place in found:
            low, high = reader.get_watermark_offsets(place, _ANSWER_SECONDS)
            place.offset = low if beginning else high
    except (KafkaException, KeyError, TypeError) as error:
        raise BrokerNotReady(f"{', '.join(topics)} cannot be read: {error}; `promostream topics check`") from error
    else:
        return found
