"""The broker's clock is a day ahead, and a day behind: log time runs on, and nothing fires a day too early."""

import time
from collections.abc import Iterator

from agents.topic_differences import CLOCK_BEHIND
from deploy.kafka import KafkaUnavailable
from deploy.kafka.clock import find_faketime
from schemas.codec import decode_json
from schemas.decisions import Decision
from schemas.topics import DECISIONS, TOPICS
from tests.chaos.brokers_away import flow_again, kafka_of
from tests.chaos.scenario import Scenario
from tests.chaos.stage import Stage
from tests.making.topics import written

DAY = 86_400
AHEAD_MS, BEHIND_MS = 62_000, 3_600_000
"""The fold's clock believes a broker no more than a minute ahead of whoever wrote the record, and never goes back."""


def jumps(stage: Stage, *seconds: int) -> None:
    """Set the broker's clock this far from the machine's, one after another, and right again."""
    stage.open("intake", "decide", "coordinate")
    for name, topic in TOPICS.items():
        if topic.public_input:  # a platform whose broker is wrong by a day must allow for it, or it cannot publish
            stage.configure(name, message_timestamp_after_max_ms=str(CLOCK_BEHIND))
    stage.lasts(stage.chance.uniform(2, 4))
    clock = kafka_of(stage).clock
    try:
        for jump in (*seconds, 0):
            began = time.monotonic()
            clock.move(jump)
            stage.lasts(3)
            flow_again(stage, began)
            stage.lasts(stage.chance.uniform(1, 3))
    finally:
        clock.move(0)


def ahead(stage: Stage) -> None:
    """A day ahead for some seconds, and right again."""
    jumps(stage, DAY)


def behind(stage: Stage) -> None:
    """A day behind for some seconds, and right again."""
    jumps(stage, -DAY)


def to_and_fro(stage: Stage) -> None:
    """A day ahead, then a day behind, then right."""
    jumps(stage, DAY, -DAY)


def no_decision_of_tomorrow(stage: Stage) -> Iterator[str]:
    """No decision claims a time that had not come by more than a minute, nor one of yesterday."""
    now = time.time_ns() // 1_000_000
    for number in range(stage.settings.partitions):
        for _, value, _ in written(stage.settings, DECISIONS, number):
            decision = decode_json(value, Decision)
            if not now - BEHIND_MS < decision.decided_at < now + AHEAD_MS:
                yield f"{decision.decision_id} was decided {(decision.decided_at - now) / 1000:.0f} s from now"
                return


def hindered() -> str:
    """Why no clock can be moved here."""
    try:
        find_faketime()
    except KafkaUnavailable as problem:
        return str(problem)
    return ""


CHECKS = (no_decision_of_tomorrow,)
SCENARIOS = tuple(
    Scenario(name, play, brokers="clock", checks=CHECKS, hindered=hindered)
    for name, play in (
        ("clock-a-day-ahead", ahead),
        ("clock-a-day-behind", behind),
        ("clock-to-and-fro", to_and_fro),
    )
)
