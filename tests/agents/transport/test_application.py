import asyncio
from typing import cast

from faust.transport.drivers import by_url

from agents.settings import Settings
from agents.transport.application import batch_app
from agents.transport.consumer import BatchConsumer
from agents.transport.driver import Transport
from agents.transport.lease import Lease
from agents.transport.port import Port
from agents.transport.reader import Reader


def test_the_app_starts_nothing_but_what_is_needed() -> None:
    """No web server that would collide, no producer, no leader or reply topics, no tables to wait for."""

    async def run() -> None:
        lease = Lease(10, 1.5, lambda: 0.0)
        app = batch_app(Settings(topic_prefix="x."), "decide", Port(Settings(), lease, cast("Reader", None)))
        assert app.conf.id == "x.promostream-decide"
        assert not app.conf.web_enabled
        assert not app.conf.topic_allow_declare
        assert by_url(app.conf.broker_consumer[0]) is Transport
        consumer = app.consumer
        assert isinstance(consumer, BatchConsumer)
        services = list(app.boot_strategy.server())
        assert app.producer not in services
        assert [service for service in services if "Web" in type(service).__name__] == []
        assert "ReplyConsumer" not in [type(service).__name__ for service in services]
        assert not await app.tables.wait_until_recovery_completed()
        consumer._thread.thread_loop.close()  # it was never started

    asyncio.run(run())
