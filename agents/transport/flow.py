"""How batches reach the agent: one at a time through Faust's conductor, and no waiting for tables there are none of."""

import time
from collections.abc import AsyncIterator
from typing import Any, cast

from faust.tables.manager import TableManager
from faust.transport.consumer import Fetcher
from faust.types import TP, ConsumerMessage, Message
from mode import Service

from agents.transport.batches import Batch
from agents.transport.consumer import BatchConsumer


class BatchFetcher(Fetcher):
    """Hands the reader's batches to the conductor, one at a time."""

    @Service.task
    async def _fetcher(self) -> None:
        consumer = cast("BatchConsumer", self.app.consumer)
        try:
            async for message in _messages(consumer):
                consumer.taken.clear()
                await consumer.callback(message)
                await consumer.taken.wait()
        finally:
            self.set_shutdown()


async def _messages(consumer: BatchConsumer) -> AsyncIterator[Message]:
    port = consumer.port
    serial = 0
    while True:
        batch = await port.reader.take()
        place = min(port.assigned, default=None)
        if place is not None:
            serial += 1
            yield _message(batch, TP(*place), serial, port.generation)


def _message(batch: Batch, tp: TP, serial: int, generation: int) -> Message:
    """A batch in Faust's clothes; it travels under one of the partitions owned."""
    value = cast("Any", batch)
    now = time.time()
    return ConsumerMessage(*tp, serial, now, 0, None, None, value, None, 0, 0, tp, generation_id=generation)


class NoTables(TableManager):
    """Faust's table manager without tables: the flow resumes at once, without waiting for any recovery."""

    async def on_start(self) -> None:
        """Nothing to wait for."""

    async def wait_until_tables_registered(self) -> None:
        """There are none."""

    async def wait_until_recovery_completed(self) -> bool:
        """There is none: state has its own recovery."""
        return False

    def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Nothing to flush."""

    async def on_rebalance(
        self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        """Resume the flow: batches come when the owner has opened a partition."""
        del assigned, revoked, newly_assigned, generation_id
        app = cast("Any", self.app)
        app.flow_control.resume()
        app.consumer.resume_flow()
        await app._fetcher.maybe_start()  # noqa: SLF001 - listed in private_parts

    async def on_stop(self) -> None:
        """Stop the fetcher, as the stock one does."""
        await cast("Any", self.app)._fetcher.stop()  # noqa: SLF001 - listed in private_parts
