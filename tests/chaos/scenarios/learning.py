"""``learn`` and ``coordinate`` are killed: versions stay one body each, and counts are what a recount says."""

from functools import partial

from schemas.topics import CLOSED_DECISIONS, MODELS
from tests.chaos.scenario import Scenario
from tests.chaos.stage import Stage
from tests.making.topics import ends

ROLES = ("intake", "decide", "learn", "coordinate")


def published(stage: Stage, topic: str, more_than: int) -> bool:
    """Whether a topic of one partition holds more than so many messages."""
    return ends(stage.settings, topic, 1)[0] > more_than


def killed_while_learning(stage: Stage) -> None:
    """Each is killed when models have been published; decide takes the next versions up."""
    stage.open(*ROLES)
    learn, coordinate = stage.standing[2:]
    stage.wait(partial(published, stage, MODELS, 0), "a model is published")
    stage.wait(partial(published, stage, CLOSED_DECISIONS, 50), "decisions are closed")
    stage.lasts(stage.chance.uniform(0, 2))
    coordinate.kill()
    with stage.recovery("learn"):
        learn.kill()
    stage.ready("coordinate")
    stage.wait(partial(published, stage, MODELS, ends(stage.settings, MODELS, 1)[0]), "the next model is published")


def killed_at_checkpoint(stage: Stage) -> None:
    """Each dies in the middle of a checkpoint."""
    stage.create()
    for role in ("intake", "decide"):
        stage.start(role)
    point = stage.chance.choice(("before-checkpoint", "during-checkpoint", "in-commit", "after-checkpoint"))
    crashing = [stage.start(role, crash=(point, stage.chance.randint(1, 3))) for role in ("learn", "coordinate")]
    stage.shop()
    stage.wait(lambda: all(standing.exits for standing in crashing), f"learn and coordinate die {point}")
    with stage.recovery("learn"):
        pass
    stage.ready("coordinate")
    stage.wait(partial(published, stage, MODELS, ends(stage.settings, MODELS, 1)[0]), "the next model is published")


def everything_killed(stage: Stage) -> None:
    """All four roles at once, as when the machine loses its power; all come back."""
    stage.open(*ROLES)
    stage.wait(partial(published, stage, MODELS, 0), "a model is published")
    stage.lasts(stage.chance.uniform(0, 2))
    with stage.recovery("intake"):
        for standing in stage.standing:
            standing.kill()
    stage.ready("decide", "learn", "coordinate")
    stage.lasts(1)


SCENARIOS = (
    Scenario("learn-and-coordinate-killed", killed_while_learning, seeds=2),
    Scenario("learn-and-coordinate-killed-at-checkpoint", killed_at_checkpoint, seeds=2),
    Scenario("everything-killed", everything_killed, seeds=2),
)
