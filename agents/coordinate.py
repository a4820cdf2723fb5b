"""Role ``coordinate``: closed decisions into ``experiment-results``, entity sightings into rings on ``control``."""

from typing import Any

from agents.partitions import FoldedPartitions
from agents.transport.application import BatchApp
from schemas.topics import CLOSED_DECISIONS, ENTITY_SIGHTINGS
from streams.coordinate import Coordination
from streams.folding import Fold
from streams.fraud.rings.finding import RingFinding

TOPICS = (CLOSED_DECISIONS, ENTITY_SIGHTINGS)


def fold_of(topic: str, partition: int) -> Fold:
    """The fold of one of the two logs; each has one partition, so that "in order" means something."""
    del partition
    return Coordination() if topic == CLOSED_DECISIONS else RingFinding()


def add_agent(app: BatchApp, partitions: FoldedPartitions) -> None:
    """Give the app its agent."""

    @app.agent(app.micro_batches(*TOPICS), name="coordinate")
    async def coordinate(stream: Any) -> None:
        async for batch in app.one_by_one(stream):
            await partitions.fold(batch)
