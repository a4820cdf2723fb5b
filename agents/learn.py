"""Role ``learn``: closed decisions, fraud samples, choices of items and hours into ``models`` and ``control``."""

import logging
from typing import Any

from agents.fitting import Fitter
from agents.partitions import FoldedPartitions
from agents.promotions import PromotionNews
from agents.retirement import Retirement
from agents.settings import Settings
from agents.transport.application import BatchApp
from schemas.topics import CLOSED_DECISIONS, FRAUD_SAMPLES, HOURLY_COUNTS, ITEM_CHOICES
from streams.folding import Fold
from streams.learn import ForecastLearning, FraudLearning, ItemLearning, LearnSettings, ResponseLearning
from streams.learn.forests import Fit, fit

log = logging.getLogger("promostream.worker")

TOPICS = (CLOSED_DECISIONS, FRAUD_SAMPLES, ITEM_CHOICES, HOURLY_COUNTS)


def told(settings: Settings) -> LearnSettings:
    """What the folds are told; changed as ``decide``'s are, because a version of a model must have one content."""
    return LearnSettings(
        retrain_every=settings.retrain_every,
        refit_every=settings.refit_every,
        choices_every=settings.choices_every,
        pause=int(settings.model_pause * 1000),
    )


def fold_of(settings: Settings, topic: str, partition: int, fit: Fit = fit) -> Fold:
    """The fold of one of the four logs; each has one partition, so that "in order" means something."""
    del partition
    if topic == HOURLY_COUNTS:
        return ForecastLearning(told(settings))
    if topic == ITEM_CHOICES:
        return ItemLearning(told(settings))
    return ResponseLearning(told(settings)) if topic == CLOSED_DECISIONS else FraudLearning(told(settings), fit)


class Beside:
    """What runs beside the folds: forests are fitted, and versions retired by the owner of ``closed-decisions``."""

    def __init__(self, settings: Settings, fitter: Fitter, partitions: FoldedPartitions) -> None:
        self._fitter = fitter
        self._retirement = Retirement(settings, lambda: partitions.runs(CLOSED_DECISIONS))

    async def start(self) -> None:
        """Begin."""
        await self._retirement.start()

    async def stop(self) -> None:
        """End."""
        await self._retirement.stop()
        await self._fitter.stop()


def add_agent(app: BatchApp, partitions: FoldedPartitions) -> None:
    """Give the app its agent."""
    news = PromotionNews()

    @app.agent(app.micro_batches(*TOPICS), name="learn")
    async def learn(stream: Any) -> None:
        async for batch in app.one_by_one(stream):
            await partitions.fold(batch)
            for line in news.lines(partition.fold for partition in partitions.by_place.values()):
                log.info(line)
