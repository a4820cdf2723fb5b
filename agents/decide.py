"""Role ``decide``: ``user-log`` through the decide fold into decisions and triggers."""

from typing import Any

from agents.partitions import FoldedPartitions
from agents.settings import Settings
from agents.transport.application import BatchApp
from schemas.topics import USER_LOG
from streams.fold import DecideFold
from streams.models.store import ModelStore
from streams.state import FoldSettings

TOPICS = (USER_LOG,)


def told(settings: Settings) -> FoldSettings:
    """What the folds are told. Outputs depend on it: to change it, stop all workers of the role with SIGTERM first.

    A partition whose last owner did not leave in order is refused under other settings: what was folded beyond its
    checkpoint would come out otherwise than it stands in the topics.
    """
    return FoldSettings(
        coupon_key=settings.coupons().value, global_holdout=settings.global_holdout, alert_risk=settings.alert_risk
    )


def fold_of(settings: Settings, models: ModelStore, topic: str, partition: int) -> DecideFold:
    """The fold of one partition of the log."""
    del topic
    return DecideFold(partition, told(settings), models)


def add_agent(app: BatchApp, partitions: FoldedPartitions) -> None:
    """Give the app its agent."""

    @app.agent(app.micro_batches(*TOPICS), name="decide")
    async def decide(stream: Any) -> None:
        async for batch in app.one_by_one(stream):
            await partitions.fold(batch)
