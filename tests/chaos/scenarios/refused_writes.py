"""The broker refuses what a worker writes, for a while: it exits, is started again, and all comes out exact."""

from collections.abc import Iterator
from contextlib import contextmanager

from agents.clients import LARGEST_MESSAGE
from schemas.topics import CHECKPOINTS, CLOSED_DECISIONS, DECISIONS, TRIGGERS, USER_LOG
from tests.chaos.scenario import Broken, Scenario
from tests.chaos.stage import Stage
from tests.chaos.standing import Standing

STOPPED = 70
"""Exit codes from here on: stopped from within."""


@contextmanager
def refusing(stage: Stage, topic: str, **values: str) -> Iterator[None]:
    """The topic is configured so inside; afterwards as it was made."""
    stage.configure(topic, **values)
    yield
    stage.configure(topic, max_message_bytes=str(LARGEST_MESSAGE))


def exits(stage: Stage, standing: Standing) -> None:
    """Wait until the worker exits by itself, as one that stopped from within."""
    stage.wait(lambda: bool(standing.exits), f"{standing.role} exits", 30)
    if min(standing.exits) < STOPPED:
        raise Broken(f"{standing.role} exited with {standing.exits}")


def outputs_too_large(stage: Stage) -> None:
    """All of one output is refused, as on a full disk; a delivery that fails ends the process, again and again."""
    _, decide = stage.open("intake", "decide")
    topic = (DECISIONS, TRIGGERS, CLOSED_DECISIONS)[stage.seed % 3]
    with refusing(stage, topic, max_message_bytes="200"):
        exits(stage, decide)
        stage.lasts(stage.chance.uniform(0, 3))
    with stage.recovery("decide"):
        pass


def log_too_large(stage: Stage) -> None:
    """Intake cannot write the log: it exits, commits nothing that is not there, and takes all of it in later."""
    intake, _ = stage.open("intake", "decide")
    with refusing(stage, USER_LOG, max_message_bytes="100"):
        exits(stage, intake)
        stage.lasts(stage.chance.uniform(0, 3))
    with stage.recovery("intake"):
        pass


def checkpoints_too_large(stage: Stage) -> None:
    """Checkpoints are refused: no reason to stop; they are tried again, and a kill meanwhile costs a longer refold."""
    _, decide = stage.open("intake", "decide")
    stage.lasts(2)
    with refusing(stage, CHECKPOINTS, max_message_bytes="200"):
        stage.wait(lambda: "is tried again" in stage.said(), "a checkpoint fails", 20)
        stage.lasts(1)
        if decide.exits:
            raise Broken(f"a refused checkpoint ended decide with {decide.exits}")
        decide.kill()
    with stage.recovery("decide"):
        pass


SCENARIOS = (
    Scenario("refused-outputs", outputs_too_large, seeds=3, short=True),
    Scenario("refused-log", log_too_large),
    Scenario("refused-checkpoints", checkpoints_too_large),
)
