"""The peer: the same decisions in an ordinary Faust 0.15 app with a table, tuned as its users would tune it.

``python -m tests.benchmarks.stock_faust`` folds the log that ``PROMOSTREAM_*`` names and prints how many events it has
folded, until it is ended. Per record: one fold, its outputs by ``topic.send``, what changed into tables: the users, and
the partition's clock and origins, without which a restarted app would count repeats and let timers fire early.
Campaigns, models and counters are left out, in Faust's favour.
"""

import asyncio
import logging
import sys
from typing import Any

import faust
import uvloop

from agents.decide import fold_of
from agents.runtime.memory import settle_memory
from agents.settings import Settings, read_settings
from schemas.codec import decode_msgpack, encode_msgpack
from schemas.models import ModelSnapshot
from schemas.topics import MODELS, TOPICS, USER_LOG
from streams.fold import DecideFold
from streams.folding import LogRecord, Output
from streams.models.store import ModelStore
from tests.making.topics import written

REPORT_EVERY = 200
MOST_USERS = 1_000
"""Users that one record can change: its own, and those whose timers fire before it."""


def stock_app(settings: Settings) -> faust.App:
    """The app with its agent; everything Faust offers for speed is on."""
    app = faust.App(
        f"{settings.topic_prefix}faust",
        broker=f"kafka://{settings.bootstrap_servers}",
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
    users, clocks = _table(app, "users", settings), _table(app, "clocks", settings)
    log = app.topic(settings.topic(USER_LOG), key_serializer="raw", value_serializer="raw")
    topics = {name: app.topic(settings.topic(name), key_serializer="raw", value_serializer="raw") for name in TOPICS}
    folds = _folds(settings)

    async def send(output: Output, partition: int) -> None:
        count = TOPICS[output.topic].partitions
        target = partition if count == "log" else partition % count
        await topics[output.topic].send(
            key=output.key, value=output.value, partition=target, headers=dict(output.headers)
        )

    @app.agent(log)
    async def decide(stream: Any) -> None:
        folded = 0
        async for event in stream.events():
            message = event.message
            fold, outputs = folds[message.partition], list[Output]()
            fold.fold((LogRecord(message.offset, int(message.timestamp * 1000), event.key, event.value),), outputs)
            for output in outputs:
                await send(output, message.partition)
            fold.users.cut()
            for token, user in fold.users.encode_frozen(MOST_USERS):
                users[token] = user
            fold.users.settle()
            clocks[b"%d" % message.partition] = _clock(fold)
            folded += 1
            if folded % REPORT_EVERY == 0:
                sys.stdout.write(f"{_events(folds)}\n")
                sys.stdout.flush()

    return app


def _table(app: faust.App, name: str, settings: Settings) -> Any:
    table: Any = app.Table(name, partitions=settings.partitions)
    table.key_serializer = table.value_serializer = "raw"
    return table


def _clock(fold: DecideFold) -> bytes:
    state = fold.state
    return encode_msgpack((state.now, state.origins, state.watermarks, state.orders, state.order_amounts))


def _folds(settings: Settings) -> list[DecideFold]:
    """One fold per partition, with the models that the log will activate."""
    store = ModelStore()
    for _, value, _ in written(settings, MODELS, 0):
        store.add(decode_msgpack(value, ModelSnapshot))
    return [fold_of(settings, store, USER_LOG, partition) for partition in range(settings.partitions)]


def _events(folds: list[DecideFold]) -> int:
    return sum(fold.counters().get("records_total|decide|e", 0) for fold in folds)


async def _work() -> None:
    app = stock_app(read_settings())
    await app.start()
    settle_memory()
    await asyncio.Event().wait()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    for name in ("aiokafka", "faust", "mode", "asyncio"):
        logging.getLogger(name).setLevel(logging.INFO)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work())
