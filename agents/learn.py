"""Role ``learn``: closed decisions and fraud samples through the learning folds into ``models`` and ``control``."""

from typing import Any

from agents.partitions import FoldedPartitions
from agents.settings import Settings
from agents.transport.application import BatchApp
from schemas.topics import CLOSED_DECISIONS, FRAUD_SAMPLES
from streams.folding import Fold
from streams.learn import FraudLearning, LearnSettings, ResponseLearning

TOPICS = (CLOSED_DECISIONS, FRAUD_SAMPLES)


def fold_of(settings: Settings, topic: str, partition: int) -> Fold:
    """The fold of one of the two logs; each has one partition, so that "in order" means something."""
    del partition
    told = LearnSettings(
        retrain_every=settings.retrain_every, refit_every=settings.refit_every, pause=int(settings.model_pause * 1000)
    )
    return ResponseLearning(told) if topic == CLOSED_DECISIONS else FraudLearning(told)


def add_agent(app: BatchApp, partitions: FoldedPartitions) -> None:
    """Give the app its agent."""

    @app.agent(app.micro_batches(*TOPICS), name="learn")
    async def learn(stream: Any) -> None:
        async for batch in app.one_by_one(stream):
            await partitions.fold(batch)
