"""The service on Kafka: reads triggers, carries out what the desk decides, commits what is finished."""

import logging
import random
import time
from collections.abc import Callable

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition

from deploy.examples.delivery_service.carrying_out import carry_out
from deploy.examples.delivery_service.contract import Outcome, Trigger, Unreadable, read_trigger
from deploy.examples.delivery_service.desk import Answer, Desk, Step
from deploy.examples.delivery_service.memory import Memory
from deploy.examples.delivery_service.offsets import Offsets

log = logging.getLogger("delivery")
COMMIT_EVERY = 1.0


class Delivery:
    """One instance of the service; ``prefix`` stands before every topic name."""

    def __init__(
        self, servers: str, memory: Memory, send: Callable[[Trigger, int], Answer], *, prefix: str = ""
    ) -> None:
        self._topic, self._outcomes = prefix + "promotion-triggers", prefix + "trigger-outcomes"
        self._consumer = Consumer(
            {
                "bootstrap.servers": servers,
                "group.id": prefix + "delivery-service",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "session.timeout.ms": 10_000,
            }
        )
        self._producer = Producer({"bootstrap.servers": servers, "enable.idempotence": True, "acks": "all"})
        self._memory, self._send = memory, send
        self._desk = Desk(memory.known, random.random)
        self._offsets = Offsets()
        self._committed: dict[int, int] = {}
        self._next_commit = 0.0

    def run(self, stopped: Callable[[], bool]) -> None:
        """Serve until ``stopped``; what is still being tried is read again by the next start."""
        self._consumer.subscribe([self._topic], on_revoke=self._leave)
        while not stopped():
            message = self._consumer.poll(0.2)
            if message is not None:
                self._read(message)
            self._do(self._desk.due(_now()))
            if time.monotonic() >= self._next_commit:
                self._commit()
                self._next_commit = time.monotonic() + COMMIT_EVERY
        self._commit()
        self._consumer.close()

    def _read(self, message: Message) -> None:
        error, partition, offset = message.error(), message.partition(), message.offset()
        if error is not None or partition is None or offset is None:
            log.warning("read: %s", error)
            return
        try:
            trigger = read_trigger(message.value() or b"")
        except Unreadable as problem:
            log.warning("partition %d offset %d: %s", partition, offset, problem)
            self._offsets.read(partition, offset)
            return
        self._do(self._desk.take(trigger, _now()))
        self._offsets.read(partition, offset, trigger.trigger_id)

    def _do(self, steps: list[Step]) -> None:
        memory = self._memory
        carry_out(steps, self._desk, remember=memory.remember, report=self._report, send=self._send, clock=_now)

    def _report(self, outcome: Outcome) -> None:
        """Waits for the broker: an outcome must be safe before its trigger counts as done."""
        self._producer.produce(self._outcomes, outcome.encode(), outcome.trigger.user, on_delivery=_must_arrive)
        if self._producer.flush(30.0):
            raise SystemExit("an outcome was not taken by the broker within 30 s; start again, nothing is lost")

    def _commit(self) -> None:
        points = self._offsets.committable(self._desk.waiting)
        changed = {p: offset for p, offset in points.items() if self._committed.get(p) != offset}
        if changed:
            self._consumer.commit(offsets=self._places(changed), asynchronous=False)
            self._committed |= changed
        self._memory.forget(_now())

    def _places(self, points: dict[int, int]) -> list[TopicPartition]:
        return [TopicPartition(self._topic, partition, offset) for partition, offset in points.items()]

    def _leave(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        del consumer
        self._commit()
        for left in partitions:
            self._committed.pop(left.partition, None)
            for trigger_id in self._offsets.leave(left.partition):
                self._desk.waiting.pop(trigger_id, None)


def _must_arrive(error: KafkaError | None, message: Message) -> None:
    del message
    if error is not None:
        raise SystemExit(f"an outcome was refused by the broker ({error}); start again, nothing is lost")


def _now() -> int:
    return time.time_ns() // 1_000_000
