"""A history onto the input topics of a broker, at a pace."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from confluent_kafka import KafkaError, Message, Producer

from agents.errors import BrokerNotReady
from agents.histories.history import History
from agents.histories.history import Message as HistoryMessage
from schemas.dead_letters import DeadLetter
from streams.intake.dead_letters import dead_letter_output

FLUSH_SECONDS = 35.0
"""A little over the producer's own message timeout: every message has its answer by then."""
MESSAGE_TIMEOUT_MS = 30_000
_POLL_EVERY = 256


class Pace(NamedTuple):
    """How fast: ``speed`` times as fast as it happened (0: no waiting); ``clock`` and ``sleep`` count seconds."""

    speed: float
    clock: Callable[[], float]
    sleep: Callable[[float], None]

    def paced(self, messages: Iterable[HistoryMessage]) -> Iterable[HistoryMessage]:
        """The messages, each not before its moment."""
        started, first = self.clock(), None
        for message in messages:
            first = message.time if first is None else first
            if self.speed:
                wait = started + (message.time - first) / 1000 / self.speed - self.clock()
                if wait > 0:
                    self.sleep(wait)
            yield message


class Published(NamedTuple):
    """What was put on the topics."""

    events: int
    consents: int
    dead_letters: int


class Publisher:
    """Sends through a producer and knows what failed; ``name`` gives the broker's name of a topic."""

    def __init__(self, producer: Producer, name: Callable[[str], str]) -> None:
        self._producer = producer
        self._name = name
        self._failed: list[KafkaError] = []
        self._sent = 0

    def publish(
        self, history: History, limit: int | None, pace: Pace, now_ms: int, advance: Callable[[int], None]
    ) -> Published:
        """Everything of a history; returns when the broker has it all. ``now_ms`` dates the dead letters.

        Raises:
            BrokerNotReady: a message was not delivered.

        """
        letters = self._dead_letters(history.dead_letters(now_ms))
        events = consents = 0
        for message in pace.paced(history.messages(limit)):
            self._send(message.topic, message.key, message.value)
            events += message.row > 0
            consents += message.row == 0
            advance(int(message.row > 0))
        self._finish()
        return Published(events, consents, letters)

    def _dead_letters(self, letters: Iterable[DeadLetter]) -> int:
        count = 0
        for letter in letters:
            output = dead_letter_output(letter)
            self._send(output.topic, output.key, output.value, output.headers)
            count += 1
        return count

    def _send(self, topic: str, key: bytes, value: bytes, headers: tuple[tuple[str, bytes], ...] = ()) -> None:
        name = self._name(topic)
        listed: list[tuple[str, str | bytes | None]] = [*headers]
        while True:
            try:
                self._producer.produce(name, value, key, headers=listed, on_delivery=self._delivered)
                break
            except BufferError:
                self._producer.poll(0.1)
        self._sent += 1
        if self._sent % _POLL_EVERY == 0:
            self._producer.poll(0)
            self._require_delivery()

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        del message
        if error is not None:
            self._failed.append(error)

    def _finish(self) -> None:
        unsent = self._producer.flush(FLUSH_SECONDS)
        self._require_delivery()
        if unsent:
            raise BrokerNotReady(f"the broker did not take {unsent} messages; see that it runs, and publish again")

    def _require_delivery(self) -> None:
        if self._failed:
            reason = self._failed[0].str()
            raise BrokerNotReady(f"a message was not delivered ({reason}); see that the broker runs, and publish again")
