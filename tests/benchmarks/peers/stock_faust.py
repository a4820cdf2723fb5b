"""A peer: the same decisions in an ordinary Faust 0.15 app with tables, tuned as its users would tune it.

Per record: one fold, its outputs by ``topic.send``, what changed into tables backed by changelogs: the users, and the
partition's clock and origins.
"""

import asyncio
import logging
from typing import Any

import faust
import uvloop

from agents.runtime.memory import settle_memory
from streams.folding import LogRecord, Output
from tests.benchmarks.peers.task import (
    Progress,
    Task,
    changed_users,
    clock_of,
    fold_all,
    make_folds,
    partition_of,
    read_task,
)


def stock_app(task: Task) -> faust.App:
    """The app with its agent."""
    app = _tuned_app(task)
    users, clocks = _table(app, "users", task), _table(app, "clocks", task)
    topics = {name: _raw_topic(app, full) for name, full in task.topics().items()}
    folds = make_folds(task)
    progress = Progress(folds)

    @app.agent(_raw_topic(app, task.log))
    async def decide(stream: Any) -> None:
        async for event in stream.events():
            message = event.message
            fold = folds[message.partition]
            record = LogRecord(message.offset, int(message.timestamp * 1000), event.key, event.value)
            for output in fold_all(fold, (record,)):
                await _send(topics[output.topic], output, message.partition)
            for token, user in changed_users(fold):
                users[token] = user
            clocks[b"%d" % message.partition] = clock_of(fold)
            progress.folded()

    return app


def _tuned_app(task: Task) -> faust.App:
    """Everything that Faust offers for speed is on."""
    return faust.App(
        f"{task.settings.topic_prefix}faust",
        broker=f"kafka://{task.settings.bootstrap_servers}",
        datadir=str(task.folder),
        store="memory://",
        topic_replication_factor=1,
        topic_disable_leader=True,
        web_enabled=False,
        broker_check_crcs=False,
        stream_wait_empty=False,
        stream_recovery_delay=0.0,
        stream_buffer_maxsize=16_384,
        producer_linger=0.005,
        producer_max_batch_size=262_144,
        producer_compression_type="lz4",
    )


def _raw_topic(app: faust.App, name: str) -> Any:
    return app.topic(name, key_serializer="raw", value_serializer="raw")


def _table(app: faust.App, name: str, task: Task) -> Any:
    table: Any = app.Table(name, partitions=task.settings.partitions)
    table.key_serializer = table.value_serializer = "raw"
    return table


async def _send(topic: Any, output: Output, partition: int) -> None:
    target = partition_of(output, partition)
    await topic.send(key=output.key, value=output.value, partition=target, headers=dict(output.headers))


async def _work() -> None:
    app = stock_app(read_task())
    await app.start()
    settle_memory()
    await asyncio.Event().wait()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    for name in ("aiokafka", "faust", "mode", "asyncio"):
        logging.getLogger(name).setLevel(logging.INFO)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work())
