"""The broker of a benchmark, and a log on it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from os import environ
from pathlib import Path

from agents.clients import admin_client, producer
from agents.creation import create_topics
from agents.settings import Settings
from deploy.kafka import LocalKafka
from schemas.topics import MODELS, USER_LOG
from tests.benchmarks.shop_log import KEY, ShopLog

AT_ONCE = 10_000


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
    settings = Settings(
        bootstrap_servers=address,
        topic_prefix=f"{name}-",
        partitions=len(log.partitions),
        token_key=KEY.hex(),
        coupon_key=KEY.hex(),
    )
    create_topics(settings, clock="source")  # writes the opening record, the first of each partition
    sender = producer(settings)
    for model in log.models:
        sender.produce(settings.topic(MODELS), model.value, model.key)
    for partition, records in enumerate(log.partitions):
        for n, record in enumerate(records[1:]):
            sender.produce(settings.topic(USER_LOG), record.value, record.key, partition)
            if n % AT_ONCE == 0:
                sender.flush()
    sender.flush()
    return settings


def remove(settings: Settings) -> None:
    """Delete the topics of a log, and those that its readers made."""
    client = admin_client(settings)
    names = [name for name in client.list_topics(timeout=10).topics if name.startswith(settings.topic_prefix)]
    for deleted in client.delete_topics(names).values():
        deleted.result()
