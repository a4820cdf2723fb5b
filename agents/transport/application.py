"""A Faust app over the micro-batch transport: no tables, no web server, no producer, no topic creation."""

from collections.abc import AsyncIterator, Iterable
from typing import Any, cast

import faust
from faust.app.base import BootStrategy
from faust.transport.drivers import TRANSPORTS
from faust.types import AppT, Message, ServiceT

from agents.settings import Settings
from agents.transport.batches import Batch
from agents.transport.driver import PATH, SCHEME
from agents.transport.flow import NoTables
from agents.transport.port import Port


class OnlyConsumer(BootStrategy):
    """Starts the consumer, the agents and the conductor; messages are written by librdkafka, not by Faust."""

    enable_kafka_producer = False
    enable_web = False

    def kafka_consumer(self) -> Iterable[ServiceT]:
        """Without Faust's leader assignor and reply consumer."""
        return [self.app.consumer]


class BatchSchema(faust.Schema[None, Batch]):
    """Values are batches already."""

    def loads_key(self, app: AppT, message: Message, **options: Any) -> None:
        """No key."""
        del app, message, options

    def loads_value(self, app: AppT, message: Message, **options: Any) -> Batch:
        """The batch, as it is."""
        del app, options
        return cast("Batch", message.value)


class BatchApp(faust.App):
    """A Faust app whose transport finds its ``port`` here."""

    BootStrategy = OnlyConsumer

    def __init__(self, name: str, port: Port, **options: Any) -> None:
        self.port = port
        super().__init__(name, **options)

    async def on_first_start(self) -> None:
        """Without Faust's data directories: state lives in Kafka."""

    def micro_batches(self, *topics: str) -> Any:
        """The channel of batches over these topics of the table, for an agent."""
        names = map(self.port.settings.topic, topics)
        return self.topic(*names, schema=BatchSchema(), acks=False)

    async def one_by_one(self, stream: Any) -> AsyncIterator[Batch]:
        """The stream's batches; the next one is fetched when the body asks for it."""
        async for batch in stream:
            yield batch
            cast("Any", self.consumer).taken.set()


def batch_app(settings: Settings, role: str, port: Port) -> BatchApp:
    """The app of a role, without agents yet; its consumer group has the role's name."""
    TRANSPORTS.aliases[SCHEME] = PATH
    return BatchApp(
        f"{settings.topic_prefix}promostream-{role}",
        port,
        broker=";".join(f"{SCHEME}://{address}" for address in settings.bootstrap_servers.split(",")),
        TableManager=NoTables,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        broker_session_timeout=settings.session_timeout,
        broker_heartbeat_interval=settings.heartbeat_interval,
        broker_request_timeout=max(20.0, settings.session_timeout + 5),
        broker_commit_interval=3600.0,
        broker_commit_livelock_soft_timeout=7200.0,
    )
