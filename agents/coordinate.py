"""Role ``coordinate``: closed decisions through the coordination fold into ``experiment-results``."""

from typing import Any

from agents.partitions import FoldedPartitions
from agents.transport.application import BatchApp
from schemas.topics import CLOSED_DECISIONS
from streams.coordinate import Coordination

TOPICS = (CLOSED_DECISIONS,)


def fold_of(topic: str, partition: int) -> Coordination:
    """The fold of the one log."""
    del topic, partition
    return Coordination()


def add_agent(app: BatchApp, partitions: FoldedPartitions) -> None:
    """Give the app its agent."""

    @app.agent(app.micro_batches(*TOPICS), name="coordinate")
    async def coordinate(stream: Any) -> None:
        async for batch in app.one_by_one(stream):
            await partitions.fold(batch)
