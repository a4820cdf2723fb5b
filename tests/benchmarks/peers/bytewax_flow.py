"""A peer: the same decisions in a Bytewax dataflow with recovery.

A batch at a time: its messages are keyed by partition, folded by a stateful step, written by the library's Kafka sink.
An epoch's end snapshots offsets and the whole state of each partition that was at work into SQLite, pickled; only users
that changed are encoded anew. For the few thousand users of the benchmark that is cheaper than a state per user.
"""

from datetime import timedelta
from typing import Any

from bytewax import operators as op
from bytewax.connectors.kafka import KafkaSink, KafkaSinkMessage, KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.operators import StatefulBatchLogic
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.run import cli_main

from agents.runtime.memory import settle_memory
from streams.fold import DecideFold
from streams.folding import LogRecord
from tests.benchmarks.peers.task import Progress, Task, changed_users, clock_of, fold_all, make_folds, read_task

READING = {"fetch.wait.max.ms": "10"}
WRITING = {"compression.type": "lz4", "enable.idempotence": "true", "queue.buffering.max.messages": "1000000"}

Snapshot = tuple[bytes, dict[bytes, bytes]]


def bytewax_flow(task: Task) -> Dataflow:
    """Log → partitions → fold → outputs."""
    brokers, names = [task.settings.bootstrap_servers], task.topics()
    folds = make_folds(task)
    progress = Progress(folds)
    flow = Dataflow("decide")
    messages = op.input("log", flow, KafkaSource(brokers, [task.log], add_config=READING))
    keyed = op.flat_map_batch("key", messages, lambda batch: [(str(message.partition), message) for message in batch])
    decided = op.stateful_batch("decide", keyed, lambda state: _Deciding(folds, names, progress, state))
    written = op.flat_map_batch("write", decided, lambda batch: [message for _, message in batch])
    op.output("outputs", written, KafkaSink(brokers, None, add_config=WRITING))
    return flow


class _Deciding(StatefulBatchLogic):  # type: ignore[misc]  # the library stands in the peers' environment
    """The step's logic for one partition."""

    def __init__(
        self, folds: list[DecideFold], names: dict[str, str], progress: Progress, state: Snapshot | None
    ) -> None:
        self._folds, self._names, self._progress = folds, names, progress
        self._fold: DecideFold | None = None
        self._users: dict[bytes, bytes] = dict(state[1]) if state else {}

    def on_batch(self, batch: list[Any]) -> tuple[list[Any], bool]:
        """Fold the messages; outputs, and that the logic is to be kept."""
        self._fold = self._fold or self._folds[batch[0].partition]
        outputs = fold_all(self._fold, [LogRecord(m.offset, m.timestamp[1], m.key, m.value) for m in batch])
        self._progress.folded(len(batch))
        names = self._names
        return [KafkaSinkMessage(o.key, o.value, names[o.topic], list(o.headers)) for o in outputs], False

    def snapshot(self) -> Snapshot:
        """Clock, origins and all users."""
        assert self._fold is not None
        for token, user in changed_users(self._fold):
            if user is None:
                self._users.pop(token, None)
            else:
                self._users[token] = user
        return clock_of(self._fold), self._users


def run(task: Task) -> None:
    """One worker, an epoch per checkpoint interval."""
    database = task.folder / "bytewax"
    database.mkdir(parents=True)
    init_db_dir(database, 1)
    flow = bytewax_flow(task)
    settle_memory()
    interval = timedelta(seconds=task.settings.checkpoint_interval)
    cli_main(flow, epoch_interval=interval, recovery_config=RecoveryConfig(database))


if __name__ == "__main__":
    run(read_task())
