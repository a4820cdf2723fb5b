"""What the runtime uses of a producer, and the rule for all that it writes: no hole, or the process ends."""

import logging
import time
from collections.abc import Callable
from typing import Protocol

from confluent_kafka import KafkaError, KafkaException, Message

from agents.runtime.stalls import STUCK, Stalls

log = logging.getLogger("promostream.runtime")

Reported = Callable[[KafkaError | None, Message], None]
Headers = list[tuple[str, str | bytes | None]]

OVERDUE = "outputs were still on their way when the lease ended"

_SENDS_NO_MORE = frozenset(
    {KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError._GAPLESS_GUARANTEE, KafkaError._FATAL}  # noqa: SLF001 - librdkafka's own codes have no public names
)
"""With these nothing behind the lost message arrives either, so there is time to leave in order and to say why."""


class Wire(Protocol):
    """A producer; the real one is confluent-kafka's."""

    def produce(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        partition: int = -1,
        *,
        on_delivery: Reported,
        headers: Headers,
    ) -> None:
        """Queue one message; ``on_delivery`` is called from ``poll``."""

    def poll(self, timeout: float) -> int:
        """Serve delivery reports; how many there were."""

    def flush(self, timeout: float) -> int:
        """Wait for deliveries; the number still outstanding."""

    def __len__(self) -> int: ...


class ForwardingWire:
    """A wire around another; whoever wants to see or do something on the way overrides a method."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def produce(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        partition: int = -1,
        *,
        on_delivery: Reported,
        headers: Headers,
    ) -> None:
        """See ``Wire``."""
        self._wire.produce(topic, value, key, partition, on_delivery=on_delivery, headers=headers)

    def poll(self, timeout: float) -> int:
        """See ``Wire``."""
        return self._wire.poll(timeout)

    def flush(self, timeout: float) -> int:
        """See ``Wire``."""
        return self._wire.flush(timeout)

    def __len__(self) -> int:
        return len(self._wire)


class GaplessWire:
    """A wire on which whatever is delivered has everything before it delivered, too; or the process ends.

    ``fail(reason)`` must end the process in order, ``at_once(reason)`` without waiting for anything: what was queued
    behind a lost message must not arrive. ``lease()``: nothing is queued without it, and what is on its way when it
    ends must not arrive, either, since a successor may have read how far the outputs go.
    """

    def __init__(
        self,
        wire: Wire,
        fail: Callable[[str], None],
        lease: Callable[[], bool],
        at_once: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wire = wire
        self._fail = fail
        self._lease = lease
        self._at_once = at_once
        self._stalls = Stalls(clock)
        self.failed = ""

    def produce(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        partition: int = -1,
        *,
        on_delivery: Reported,
        headers: Headers,
    ) -> bool:
        """Queue one message; whether there was room."""
        try:
            self._wire.produce(topic, value, key, partition, on_delivery=on_delivery, headers=headers)
        except BufferError:
            return False
        except KafkaException as error:
            self.fail(f"an output to {topic} could not be queued ({_sentence(error)})")
        return True

    def serve(self, seconds: float = 0.0) -> None:
        """Let delivery reports arrive, waiting so long for the first."""
        waiting = len(self._wire)
        try:
            reports = self._wire.poll(seconds) if waiting else 0  # asking costs the interpreter's lock
        except (KafkaException, SystemError) as error:  # the latter if a report was being told just then
            self.fail(f"the producer gave up ({_sentence(error)})")
            return
        if self._stalls.stuck(waiting, reports):
            self.end(STUCK)
        if waiting:
            self.may_send()

    def may_send(self) -> bool:
        """Whether the lease holds; if not, and something is on its way, this process ends."""
        holds = self._lease()
        if not holds and len(self._wire):
            self.end(OVERDUE)
        return holds

    def lost(self, where: str, error: KafkaError) -> None:
        """An output was not delivered."""
        reason = f"an output to {where} was not delivered ({error.str()})"
        (self.fail if error.code() in _SENDS_NO_MORE else self.end)(reason)

    def fail(self, reason: str) -> None:
        """Nothing more is sent, and the process must end."""
        self._tell(reason, self._fail)

    def end(self, reason: str) -> None:
        """There is a hole, or there may soon be one: what stands behind it must not be delivered."""
        self._tell(reason, self._at_once)

    def flush(self, seconds: float) -> int:
        """Wait for deliveries; the number still outstanding."""
        return self._wire.flush(seconds)

    def __len__(self) -> int:
        return len(self._wire)

    def _tell(self, reason: str, to: Callable[[str], None]) -> None:
        if not self.failed:
            self.failed = reason
            log.critical("%s; the process ends and goes on from what is durable", reason)
            to(reason)


def _sentence(error: Exception) -> str:
    """Kafka's own sentence, which a ``SystemError`` has as its cause."""
    cause = error if isinstance(error, KafkaException) else error.__cause__
    return str(cause.args[0].str()) if isinstance(cause, KafkaException) else str(error)
