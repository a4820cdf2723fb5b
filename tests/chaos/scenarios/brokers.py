"""Brokers die, come back, and are restarted one after another: nothing is lost, doubled or changed."""

import time

from deploy.kafka.harm import retire
from tests.chaos.brokers_away import away, flow_again, kafka_of
from tests.chaos.scenario import Scenario
from tests.chaos.stage import Stage

SHORTLY, LONG = 2.0, 40.0
"""Seconds until a killed broker is started again; its own start comes on top."""
GONE = 10.0


def killed_and_back(stage: Stage, seconds: float) -> None:
    """Kill the only broker under load and start it again after so long."""
    stage.open("intake", "decide")
    stage.lasts(stage.chance.uniform(3, 6))
    with away(stage, 1):
        stage.lasts(seconds)
    flow_again(stage, time.monotonic())  # counted from the broker's return: without one nobody works
    stage.lasts(2)


def back_shortly(stage: Stage) -> None:
    """The only broker is killed, and started again after 2 s."""
    killed_and_back(stage, SHORTLY)


def back_late(stage: Stage) -> None:
    """The only broker is killed, and started again after 40 s, when every worker has given up and been replaced."""
    killed_and_back(stage, LONG)


def one_of_three(stage: Stage) -> None:
    """One of three brokers is killed under load and stays away: the others go on, and it comes back into work."""
    stage.open("intake", "decide")
    stage.lasts(stage.chance.uniform(2, 4))
    began = time.monotonic()
    with away(stage, stage.chance.choice((1, 2, 3))):
        flow_again(stage, began)
        stage.lasts(GONE)
    flow_again(stage, time.monotonic())
    stage.lasts(2)


def two_of_three(stage: Stage) -> None:
    """Two of three brokers are killed: nobody may write, everybody waits or is replaced, and all comes back."""
    stage.open("intake", "decide")
    stage.lasts(stage.chance.uniform(2, 4))
    first, second = stage.chance.sample((1, 2, 3), 2)
    with away(stage, first), away(stage, second):
        stage.lasts(GONE)
    flow_again(stage, time.monotonic())
    stage.lasts(2)


def rolling_restart(stage: Stage) -> None:
    """Three brokers are restarted one after another, as an upgrade does, while work goes on."""
    stage.open("intake", "decide")
    for node in sorted(kafka_of(stage).pids, key=lambda _: stage.chance.random()):
        began = time.monotonic()
        with away(stage, node, retire):
            flow_again(stage, began)
    flow_again(stage, time.monotonic())


SCENARIOS = (
    Scenario("broker-back-after-2-s", back_shortly, brokers="own", seeds=2),
    Scenario("broker-back-after-40-s", back_late, brokers="own"),
    Scenario("one-of-three-brokers-gone", one_of_three, brokers=3, seeds=2),
    Scenario("two-of-three-brokers-gone", two_of_three, brokers=3),
    Scenario("rolling-restart-of-three", rolling_restart, brokers=3),
)
