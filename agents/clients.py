"""confluent-kafka clients from settings: the one place that knows their configuration."""

import logging

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient

from agents.security import for_librdkafka
from agents.settings import Settings

Config = dict[str, str | int | float | bool]

log = logging.getLogger("promostream.librdkafka")
log.addHandler(logging.NullHandler())  # a command says what went wrong itself, in one line; a worker logs it

LARGEST_MESSAGE = 8 * 1024 * 1024
"""Bytes of an internal message: model snapshots, sets of campaigns, dead letters with the original inside."""


def connection(settings: Settings) -> Config:
    """The part of the configuration that every client shares.

    Raises:
        WrongUse: the security settings do not fit together, or a file that they name cannot be read.

    """
    config = for_librdkafka(settings)
    config["bootstrap.servers"] = settings.bootstrap_servers
    return config | {"log_level": 2, "socket.keepalive.enable": True}


def admin_client(settings: Settings) -> AdminClient:
    """An admin client."""
    return AdminClient(connection(settings), logger=log)


def producer(settings: Settings, **extra: str | float | bool) -> Producer:
    """An idempotent, gapless producer with acks=all; ``extra`` uses underscores for dots."""
    config = connection(settings) | {
        "enable.idempotence": True,
        "enable.gapless.guarantee": True,
        "acks": "all",
        "linger.ms": 2,
        "compression.type": "lz4",
        "partitioner": "murmur2_random",
        "queue.buffering.max.messages": 1_000_000,
        "message.max.bytes": LARGEST_MESSAGE,
    }
    return Producer(config | {name.replace("_", "."): value for name, value in extra.items()}, logger=log)


def consumer(settings: Settings, **extra: str | float | bool) -> Consumer:
    """A consumer for ``assign``: no group work, nothing committed; ``extra`` uses underscores for dots."""
    config = connection(settings) | {
        "group.id": settings.topic_prefix + "promostream-reader",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "enable.partition.eof": True,
        "isolation.level": "read_committed",
        "auto.offset.reset": "error",
        "fetch.wait.max.ms": 100,
        "fetch.error.backoff.ms": 50,
        "fetch.queue.backoff.ms": 50,  # a full queue is dropped when positions move: the default waits 1 s to refill it
    }
    return Consumer(config | {name.replace("_", "."): value for name, value in extra.items()}, logger=log)
