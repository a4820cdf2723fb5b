"""Bookkeeping of deliveries: how far one log partition's outputs are durable, so that its checkpoint can wait."""

import logging
from collections.abc import Callable, Iterable, Mapping

from confluent_kafka import KafkaError, Message

from agents.runtime.tails import Tail
from agents.runtime.wires import GaplessWire, Headers
from schemas.topics import CHECKPOINTS, TOPICS, USER_LOG
from streams.folding import Output

log = logging.getLogger("promostream.runtime")

COMPARED = tuple(t.name for t in TOPICS.values() if t.partitions == "log" and t.name not in {USER_LOG, CHECKPOINTS})
"""Public outputs, partitioned like the log: compared with what is there at recovery instead of sent again."""


class Lane:
    """One target partition as one log partition writes to it; deliveries come in the order of sending.

    ``position`` is the offset after the last output that is durable there. ``mark`` remembers a cut: once everything
    sent before it is delivered, ``cut_position`` is the position as of the cut's own last output.
    """

    def __init__(self, topic: str, partition: int, position: int, lost: Callable[[str, KafkaError], None]) -> None:
        self.topic = topic
        self.partition = partition
        self.position = self.cut_position = position
        self.sent = self.delivered_count = 0
        self.tail: Tail | None = None
        self._mark = 0
        self._bound: int | None = None
        self._lost = lost

    def delivered(self, error: KafkaError | None, message: Message) -> None:
        """Delivery report of one output, in order."""
        if error is not None:
            self._lost(f"{self.topic}/{self.partition}", error)
            return
        self.delivered_count += 1
        offset = message.offset()
        if offset is not None and offset >= self.position:
            self.position = offset + 1
        if self.delivered_count == self._mark:
            self._set_cut_position()

    def mark(self) -> None:
        """A checkpoint is cut here."""
        self._mark = self.sent
        self._bound = self.tail.first if self.tail else None
        if self.settled:
            self._set_cut_position()

    @property
    def settled(self) -> bool:
        """Whether all outputs up to the mark are durable."""
        return self.delivered_count >= self._mark

    def holds(self, output: Output) -> bool:
        """Whether recovery found this output there already; then it was compared and must not be sent."""
        tail = self.tail
        if not tail:
            return False
        offset = tail.take(output)
        if offset is not None:
            self.position = max(self.position, offset + 1) if offset >= 0 else self.position + 1
        return offset is not None

    def _set_cut_position(self) -> None:
        # Outputs after the cut may stand before a hole that was filled: the tail must be read from the first of them.
        self.cut_position = self.position if self._bound is None else min(self.position, self._bound)


class Lanes:
    """All lanes of one log partition."""

    def __init__(self, wire: GaplessWire, name: Callable[[str], str], partition: int) -> None:
        self._wire = wire
        self._name = name
        self._partition = partition
        self._lanes: dict[str, Lane] = {}
        self._recovering: list[tuple[str, Lane]] = []
        self.determinism_violations = 0
        self.compared_outputs = 0
        self.filled_outputs = 0

    def recover(self, tails: Mapping[str, tuple[int, Tail]]) -> None:
        """Start from these positions, with these outputs already there."""
        for topic, (position, tail) in tails.items():
            lane = self._lane(topic, position)
            if tail:
                lane.tail = tail
                self._recovering.append((topic, lane))

    def send(self, outputs: Iterable[Output]) -> None:
        """Queue outputs in order, except those that recovery found to be there."""
        if not self._wire.may_send():
            self._wire.fail("the lease ended between folding and sending")
            return
        lanes = self._lanes
        for output in outputs:
            lane = lanes.get(output.topic) or self._lane(output.topic, 0)
            if lane.tail is None or not lane.holds(output):
                self._queue(lane, output)

    def passed(self, applied: int) -> None:
        """Everything up to ``applied`` was folded: account for tails, end those that are through."""
        for topic, lane in self._recovering:
            if lane.tail is not None:
                lane.tail.pass_by(topic, applied)
                self._account(lane, lane.tail)
        self._recovering = [(topic, lane) for topic, lane in self._recovering if lane.tail is not None]

    def mark(self) -> None:
        """A checkpoint is cut here."""
        for lane in self._lanes.values():
            lane.mark()

    @property
    def settled(self) -> bool:
        """Whether every output up to the mark is durable."""
        return all(lane.settled for lane in self._lanes.values())

    @property
    def drained(self) -> bool:
        """Whether every output is durable."""
        return all(lane.delivered_count >= lane.sent for lane in self._lanes.values())

    def positions(self) -> dict[str, int]:
        """Per public output topic, the offset after the last output up to the mark; valid once settled."""
        return {topic: lane.cut_position for topic, lane in self._lanes.items() if topic in COMPARED}

    def _queue(self, lane: Lane, output: Output) -> None:
        lane.sent += 1
        headers: Headers = [*output.headers]
        if not self._wire.produce(
            lane.topic, output.value, output.key, lane.partition, on_delivery=lane.delivered, headers=headers
        ):
            self._wire.fail(f"there is no room for an output to {lane.topic}")

    def _lane(self, topic: str, position: int) -> Lane:
        count = TOPICS[topic].partitions
        partition = self._partition if count == "log" else self._partition % count
        lane = self._lanes[topic] = Lane(self._name(topic), partition, position, self._wire.lost)
        return lane

    def _account(self, lane: Lane, tail: Tail) -> None:
        for violation in tail.violations:
            log.error("determinism violated in partition %d: %s", self._partition, violation)
        self.determinism_violations += len(tail.violations)
        self.compared_outputs += tail.compared
        self.filled_outputs += tail.filled
        tail.violations.clear()
        tail.compared = tail.filled = 0
        if not tail:
            lane.tail = None
