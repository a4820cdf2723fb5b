"""The broker of a benchmark, and a log on it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from os import environ
from pathlib import Path

from confluent_kafka.admin import NewTopic

from agents.clients import admin_client, producer
from agents.creation import Clock, create_topics
from agents.settings import Settings
from deploy.kafka import LocalKafka
from schemas.topics import MODELS, TOPICS, USER_LOG
from streams.folding import LogRecord
from tests.benchmarks.peers.task import WRITTEN
from tests.benchmarks.shop_log import KEY, ShopLog

AT_ONCE = 10_000
CHECKPOINT_INTERVAL = 2.0
"""Seconds between checkpoints of ``decide``, commits of Quix and epochs of Bytewax: several in every run."""


@contextmanager
def broker() -> Iterator[str]:
    """The address of ``$KAFKA_BOOTSTRAP_SERVERS``, else of a local broker that is gone afterwards."""
    if given := environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="promostream-bench-") as folder, LocalKafka(Path(folder)) as kafka:
        yield kafka.bootstrap


def publish(log: ShopLog, address: str, name: str) -> Settings:
    """Put a log on topics of its own, with its models; the settings under which it is found."""
    settings = open_log(log, address, name)
    write(log.partitions, settings)
    return settings


def open_log(log: ShopLog, address: str, name: str, clock: Clock = "source") -> Settings:
    """Make the topics of a log and its models; of the log itself only the opening records are there."""
    settings = Settings(
        bootstrap_servers=address,
        topic_prefix=f"{name}-",
        partitions=len(log.partitions),
        token_key=KEY.hex(),
        coupon_key=KEY.hex(),
        checkpoint_interval=CHECKPOINT_INTERVAL,
    )
    create_topics(settings, clock=clock)
    sender = producer(settings)
    for model in log.models:
        sender.produce(settings.topic(MODELS), model.value, model.key)
    sender.flush()
    return settings


def write(partitions: list[list[LogRecord]], settings: Settings) -> None:
    """Write partitions of a log behind their opening records, which each has first."""
    sender = producer(settings)
    for partition, records in enumerate(partitions):
        for n, record in enumerate(records[1:]):
            sender.produce(settings.topic(USER_LOG), record.value, record.key, partition)
            if n % AT_ONCE == 0:
                sender.flush()
    sender.flush()


def make_outputs(settings: Settings) -> None:
    """Make the topics that a peer writes, as far as they are not there."""
    client = admin_client(settings)
    there = client.list_topics(timeout=10).topics
    counts = {settings.topic(name): TOPICS[name].partitions for name in WRITTEN}
    missing = [
        NewTopic(name, settings.partitions if count == "log" else count, 1)
        for name, count in counts.items()
        if name not in there
    ]
    for created in (client.create_topics(missing) if missing else {}).values():
        created.result()


def remove(settings: Settings) -> None:
    """Delete the topics of a log, and those that its readers made."""
    client = admin_client(settings)
    names = [name for name in client.list_topics(timeout=10).topics if settings.topic_prefix in name]
    for deleted in client.delete_topics(names).values():
        deleted.result()
