"""confluent-kafka clients from settings: the one place that knows their configuration."""

from pathlib import Path

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient

from agents.errors import WrongUse
from agents.settings import PREFIX, Settings
from agents.wording import reason

Config = dict[str, str | int | float | bool]

LARGEST_MESSAGE = 8 * 1024 * 1024
"""Bytes of an internal message: model snapshots, sets of campaigns, dead letters with the original inside."""


def connection(settings: Settings) -> Config:
    """The part of the configuration that every client shares.

    Raises:
        WrongUse: a file that it names cannot be read.

    """
    config: Config = {
        "bootstrap.servers": settings.bootstrap_servers,
        "security.protocol": settings.security_protocol,
        "log_level": 2,
        "socket.keepalive.enable": True,
    }
    if settings.ssl_ca_file:
        _read("SSL_CA_FILE", settings.ssl_ca_file)
        config["ssl.ca.location"] = settings.ssl_ca_file
    if settings.sasl_username:
        password = settings.sasl_password
        if settings.sasl_password_file:
            password = _read("SASL_PASSWORD_FILE", settings.sasl_password_file).strip()
        config |= {
            "sasl.mechanism": settings.sasl_mechanism,
            "sasl.username": settings.sasl_username,
            "sasl.password": password,
        }
    return config


def _read(name: str, file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"{PREFIX}{name}: {file} cannot be read: {reason(error)}") from error


def admin_client(settings: Settings) -> AdminClient:
    """An admin client."""
    return AdminClient(connection(settings))


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
    return Producer(config | {name.replace("_", "."): value for name, value in extra.items()})


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
    }
    return Consumer(config | {name.replace("_", "."): value for name, value in extra.items()})
