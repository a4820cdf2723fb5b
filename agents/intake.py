"""Role ``intake``: batches of the input topics and ``control`` through the intake fold into ``user-log``."""

from typing import Any, cast

from agents.inputs import InputPartitions, Offsets
from agents.settings import Settings
from agents.transport.application import BatchApp
from schemas.records import InputsBound, LogOpened
from schemas.topics import INTAKE_SOURCES
from streams.intake.fold import IntakeFold, IntakeSettings

TOPICS = INTAKE_SOURCES


def fold_of(settings: Settings, opening: LogOpened, inputs: InputsBound) -> IntakeFold:
    """The fold of all partitions of this process, for the log that was opened so and is fed from these topics."""
    told = IntakeSettings(
        token_key=settings.tokens().value,
        partitions=opening.partitions,
        clock="source" if opening.clock == "source" else "arrival",
        epoch=opening.epoch,
        sources={topic: inputs.source(topic) for topic in inputs.ids},
        dead_letter_rate=settings.dead_letter_rate,
    )
    return IntakeFold(told)


def add_agent(app: BatchApp, owner: InputPartitions) -> None:
    """Give the app its agent, and the owner the group's offsets."""
    owner.offsets = cast("Offsets", app.consumer)

    @app.agent(app.micro_batches(*TOPICS), name="intake")
    async def take_in(stream: Any) -> None:
        async for batch in app.one_by_one(stream):
            await owner.fold(batch)
