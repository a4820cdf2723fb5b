"""A peer: the same decisions in a bare confluent-kafka loop of consume, fold and produce; nothing is durable.

It reads and writes as ``decide`` does, and loses its users when it ends: what durability costs is measured against it.
"""

from collections import defaultdict
from typing import Any

from confluent_kafka import Consumer, Producer, TopicPartition

from agents.clients import consumer, producer
from agents.runtime.memory import settle_memory
from streams.folding import LogRecord
from tests.benchmarks.peers.task import Progress, Task, fold_all, make_folds, partition_of, read_task

CHUNK = 500


class BareLoop:
    """Folds all partitions from their beginning."""

    def __init__(self, task: Task) -> None:
        self._names = task.topics()
        self._most = task.settings.poll_records
        self._folds = make_folds(task)
        self._progress = Progress(self._folds)
        self._producer: Producer = producer(task.settings)
        self._consumer: Consumer = consumer(task.settings, auto_offset_reset="earliest", enable_partition_eof=False)
        self._consumer.assign([TopicPartition(task.log, number, 0) for number in range(task.settings.partitions)])

    def turn(self) -> None:
        """One poll, folded partition by partition."""
        for partition, records in self._read().items():
            for at in range(0, len(records), CHUNK):
                self._fold(partition, records[at : at + CHUNK])
        self._producer.poll(0)

    def _read(self) -> dict[int, list[LogRecord]]:
        first = self._consumer.poll(0.1)
        messages = [] if first is None else [first, *self._consumer.consume(self._most - 1, 0)]
        by_partition: dict[int, list[LogRecord]] = defaultdict(list)
        for m in messages:
            record = LogRecord(m.offset() or 0, m.timestamp()[1], m.key(), m.value() or b"")
            by_partition[m.partition() or 0].append(record)
        return by_partition

    def _fold(self, partition: int, records: list[LogRecord]) -> None:
        for output in fold_all(self._folds[partition], records):
            topic, target = self._names[output.topic], partition_of(output, partition)
            headers: Any = list(output.headers)  # the library's hints want pairs with optional values
            self._producer.produce(topic, output.value, output.key, target, headers=headers)
        self._progress.folded(len(records))


if __name__ == "__main__":
    loop = BareLoop(read_task())
    settle_memory()
    while True:
        loop.turn()
