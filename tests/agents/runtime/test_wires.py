from collections.abc import Callable

import pytest
from confluent_kafka import KafkaError, KafkaException, Message

from agents.runtime.stalls import PATIENCE, STUCK
from agents.runtime.wires import OVERDUE, GaplessWire, Headers, Reported
from tests.making.memory_kafka import MemoryKafka, MemoryWire

REFUSED = KafkaException(KafkaError(KafkaError._GAPLESS_GUARANTEE, "Topic authorization failed"))


class FailingWire(MemoryWire):
    """A producer whose broker answers as told."""

    def __init__(self, kafka: MemoryKafka) -> None:
        super().__init__(kafka)
        self.at_produce: Exception | None = None
        self.at_poll: Exception | None = None

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
        """Raises what it is told to."""
        if self.at_produce:
            raise self.at_produce
        super().produce(topic, value, key, partition, on_delivery=on_delivery, headers=headers)

    def poll(self, timeout: float) -> int:
        """Raises what it is told to."""
        if self.at_poll:
            raise self.at_poll
        return super().poll(timeout)


class World:
    """A gapless wire over such a producer; what it did to the process."""

    def __init__(self) -> None:
        self.producer = FailingWire(MemoryKafka())
        self.failed: list[str] = []
        self.ended: list[str] = []
        self.lease = True
        self.now = 0.0
        self.wire = GaplessWire(
            self.producer, self.failed.append, lambda: self.lease, self.ended.append, lambda: self.now
        )

    def produce(self) -> bool:
        """One message."""
        return self.wire.produce("x", b"1", on_delivery=self._reported, headers=[])

    def _reported(self, error: KafkaError | None, message: Message) -> None:
        del message
        if error is not None:
            self.wire.lost("x/0", error)


def _raised_in_a_report() -> SystemError:
    error = SystemError("returned a result with an exception set")
    error.__cause__ = REFUSED
    return error


@pytest.mark.parametrize("error", [REFUSED, _raised_in_a_report()])
def test_a_producer_that_gives_up_ends_the_process_in_order_with_kafkas_sentence(error: Exception) -> None:
    """It sends nothing more by itself, so there is time for a checkpoint of what is durable, and for the line."""
    world = World()
    assert world.produce()
    world.producer.at_poll = error
    world.wire.serve()
    assert (world.failed, world.ended) == (["the producer gave up (Topic authorization failed)"], [])


def test_a_message_that_cannot_be_queued_ends_the_process_in_order() -> None:
    """Later ones cannot, either."""
    world = World()
    world.producer.at_produce = REFUSED
    assert world.produce()
    assert world.failed == ["an output to x could not be queued (Topic authorization failed)"]


def test_a_producer_without_room_is_asked_again() -> None:
    """Nothing has failed."""
    world = World()
    world.producer.at_produce = BufferError()
    assert not world.produce()
    world.producer.at_produce = None
    assert world.produce()
    assert not world.wire.failed


@pytest.mark.parametrize(
    ("code", "in_order"),
    [
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, True),
        (KafkaError._GAPLESS_GUARANTEE, True),
        (KafkaError._MSG_TIMED_OUT, False),
        (KafkaError.MSG_SIZE_TOO_LARGE, False),
    ],
)
def test_what_may_be_overtaken_ends_the_process_at_once(code: int, *, in_order: bool) -> None:
    """Unless the producer sends no more anyway."""
    world = World()
    world.wire.lost("x/0", KafkaError(code))
    told = world.failed if in_order else world.ended
    assert len(told) == 1
    assert told[0].startswith("an output to x/0 was not delivered (")
    assert len(world.failed) + len(world.ended) == 1


def stall(world: World) -> None:
    """The broker takes nothing for too long."""
    world.wire.serve()
    world.now = PATIENCE + 1


def overdue(world: World) -> None:
    """The lease ends while something is on its way."""
    world.lease = False


@pytest.mark.parametrize(("happens", "why"), [(stall, STUCK), (overdue, OVERDUE)])
def test_what_waits_too_long_ends_the_process_at_once_and_once(happens: Callable[[World], None], why: str) -> None:
    """It must not go out later."""
    world = World()
    world.producer.most = 0
    world.produce()
    happens(world)
    world.wire.serve()
    world.wire.serve()
    assert (world.failed, world.ended) == ([], [why])
