"""What scenarios of refusals do and look for: topics that go, checkpoints that fall behind, lines that are said."""

import subprocess

from confluent_kafka import TopicPartition

from agents import clients
from schemas.topics import USER_LOG
from tests.chaos.scenario import Broken
from tests.chaos.stage import Stage
from tests.chaos.standing import Standing
from tests.making.commands import COMMAND
from tests.making.topics import stored

COMMAND_SECONDS = 60


def says(stage: Stage, standing: Standing, line: str) -> None:
    """Wait until a process of this place has said so."""

    def said() -> bool:
        return any(line in worker.said() for worker in (*standing.past, standing.worker))

    stage.wait(said, f"{standing.role} says: {line}")


def refused(stage: Stage, number: int, line: str) -> None:
    """Wait until decide has refused a partition of the log with this line; its process goes on."""
    decide = next(standing for standing in stage.standing if standing.role == "decide")
    says(stage, decide, f"user-log/{number} is refused: {line}")
    stage.lasts(1)
    if not decide.up or decide.worker.ready():
        raise Broken(f"decide is {'ready' if decide.up else 'gone'} although user-log/{number} is refused")


def stop_decide(stage: Stage) -> None:
    """End it by SIGTERM; it must leave with exit code 0, whatever it refuses."""
    decide = next(standing for standing in stage.standing if standing.role == "decide")
    if code := decide.stop():
        raise Broken(f"decide left with exit code {code}")


def folds_on(stage: Stage, number: int) -> None:
    """Wait until decide has nothing of this partition left to fold; intake must have stopped."""
    decide = next(standing for standing in stage.standing if standing.role == "decide")
    label = f'partition="{number}"'

    def caught_up() -> bool:
        lags = {labels: lag for labels, lag in decide.worker.series("lag_records").items() if label in labels}
        return bool(lags) and not any(lags.values())

    stage.wait(caught_up, f"user-log/{number} is folded to its end")


def command(stage: Stage, *arguments: str) -> str:
    """Run ``promostream`` as the operator would; what it says."""
    result = subprocess.run(
        [COMMAND, *arguments],
        env=stage.environment,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    if result.returncode:
        raise Broken(f"promostream {' '.join(arguments)} ended with {result.returncode}: {result.stderr.strip()}")
    return result.stdout


def remove(stage: Stage, name: str) -> None:
    """Delete a topic of the table, and wait until the broker has forgotten it."""
    topic = stage.settings.topic(name)
    stage.admin.delete_topics([topic])[topic].result()
    stage.wait(lambda: topic not in stage.admin.list_topics(timeout=10).topics, f"{topic} is gone")


def applied_of(stage: Stage, number: int) -> int:
    """The last offset that a partition's checkpoint contains.

    Raises:
        Broken: there is no checkpoint.

    """
    found = stored(stage.settings, number)
    if found is None:
        raise Broken(f"user-log/{number} has no checkpoint")
    return found.applied


def first_offset(stage: Stage, number: int) -> int:
    """Where a partition of the log begins now."""
    with clients.consumer(stage.settings) as reader:
        low, _ = reader.get_watermark_offsets(TopicPartition(stage.settings.topic(USER_LOG), number), timeout=10)
    return int(low)
