"""``decide`` is down for long, or events come late: late ones are decided as expired, and nothing stale is sent."""

import time
from collections.abc import Iterator

from agents.runtime.partition import wall_ms
from schemas.codec import decode_json
from schemas.decisions import Decision
from schemas.topics import DECISIONS, TRIGGERS
from schemas.triggers import Trigger
from tests.chaos.scenario import Broken, Scenario
from tests.chaos.stage import Stage
from tests.making.topics import written

FASTER = 1_500
"""How much faster than the wall the shop's clock runs: two hours pass in five seconds."""
HOURS = 2
MAX_AGE, WAIT, MARKS = 30_000, 2_000, 60_000
"""Of the campaigns of chaos, in ms; and how far apart a source log's watermarks are: a timer waits that much longer."""
DOWN = 12.0
"""Seconds, longer than a trigger of chaos lives."""


def down_for_hours(stage: Stage) -> None:
    """Hours of log time pass while decide is down; it is killed while it catches up."""
    stage.create("source")
    stage.start("intake")
    began = time.monotonic()
    start = wall_ms() - 3 * HOURS * 3_600_000

    def shop_time() -> int:
        return start + int((time.monotonic() - began) * 1000 * FASTER)

    load = stage.shop(clock=shop_time)
    stage.lasts(HOURS * 3600 / FASTER)
    load.pause()
    decide = stage.start("decide")
    stage.wait(lambda: decide.worker.metric("records_total") > 0, "decide begins")
    decide.kill()
    stage.ready("decide")
    load.start()
    stage.lasts(1)


def down_for_longer_than_triggers_live(stage: Stage) -> None:
    """On the clock of arrival: what decide makes of a log that has waited is decided at the log's time."""
    _, decide = stage.open("intake", "decide")
    stage.lasts(1)
    with stage.recovery("decide"):
        decide.vanish()
        stage.lasts(DOWN)
        decide.back()


def old_events(stage: Stage) -> None:
    """Events come a minute late, as after an intake that was down: they update profiles and open nothing."""
    stage.create()
    for role in ("intake", "decide"):
        stage.start(role)
    late = [0]
    stage.shop(clock=lambda: wall_ms() - late[0])
    stage.ready("intake", "decide")
    for late[0] in (2 * MAX_AGE, 0):
        stage.lasts(3)


def nothing_stale(stage: Stage) -> Iterator[str]:
    """No trigger is decided after it expires, nor on an event that is older than its campaign allows."""
    sent = 0
    for number in range(stage.settings.partitions):
        decisions = {
            decision.decision_id: decision
            for _, value, _ in written(stage.settings, DECISIONS, number)
            for decision in [decode_json(value, Decision)]
        }
        for _, value, _ in written(stage.settings, TRIGGERS, number):
            trigger = decode_json(value, Trigger)
            sent += trigger.kind == "send"
            opened = decisions[trigger.decision_id].opened_by.occurred_at
            if trigger.kind == "send" and trigger.decided_at > min(trigger.expires_at, opened + MAX_AGE + WAIT + MARKS):
                yield f"{trigger.trigger_id} was decided at {trigger.decided_at}, on an event of {opened}"
    if not sent:
        raise Broken("nothing was sent at all, so nothing is proven")


SCENARIOS = (
    Scenario("decide-down-for-hours", down_for_hours, checks=(nothing_stale,)),
    Scenario("decide-down", down_for_longer_than_triggers_live, checks=(nothing_stale,)),
    Scenario("old-events", old_events, checks=(nothing_stale,)),
)
