"""Workers come, go, freeze and lose touch with their group: partitions change hands, and nothing is lost or doubled."""

from tests.chaos.ground import SESSION
from tests.chaos.scenario import Broken, Scenario
from tests.chaos.stage import Stage
from tests.chaos.standing import Standing

STOPPED = 70
"""Exit codes from here on: stopped from within."""


def joining_and_leaving(stage: Stage) -> None:
    """A second and a third worker join and leave again, politely and not."""
    stage.open("intake", "decide")
    second = stage.start("decide")
    stage.ready("decide")
    third = stage.start("decide")
    stage.ready("decide")
    stage.lasts(1)
    with stage.recovery("decide"):
        second.stop()
    with stage.recovery("decide"):
        third.vanish()


def there_and_back(stage: Stage) -> None:
    """Partitions move from one worker to another and back, again and again, faster than a checkpoint comes."""
    stage.open("intake", "decide")
    for leave in (Standing.stop, Standing.vanish):
        other = stage.start("decide")
        stage.ready("decide")
        with stage.recovery("decide"):
            leave(other)


def quick_rebalances(stage: Stage) -> None:
    """Three workers join at once and leave before they have opened anything."""
    stage.open("intake", "decide")
    for _ in range(2):
        others = [stage.start("decide") for _ in range(2)]
        stage.lasts(stage.chance.uniform(0.8, 2.0))
        for other in others:
            other.vanish()
    with stage.recovery("decide"):
        pass


def a_zombie(stage: Stage) -> None:
    """Frozen for longer than the session, then thawed: fenced, it writes nothing more under its old membership."""
    stage.open("intake", "decide")
    zombie = stage.start("decide")
    stage.ready("decide")
    stage.lasts(stage.chance.uniform(0.2, 2.0))
    with stage.recovery("decide"):
        zombie.freeze()
        stage.lasts(SESSION + 1)
    stage.lasts(1)
    zombie.thaw()
    stage.wait(lambda: bool(zombie.exits), "the zombie exits by itself", 20)
    if min(zombie.exits) < STOPPED:
        raise Broken(f"the zombie exited with {zombie.exits}")
    stage.ready("decide")


def a_lonely_zombie(stage: Stage) -> None:
    """The only worker freezes for longer than the session, and another process starts meanwhile."""
    _, zombie = stage.open("intake", "decide")
    stage.lasts(stage.chance.uniform(0.2, 2.0))
    with stage.recovery("decide"):
        zombie.freeze()
        stage.start("decide")
    zombie.thaw()
    stage.lasts(2)
    stage.ready("decide")


def a_short_freeze(stage: Stage) -> None:
    """Frozen for less than the session: nothing changes hands, and it goes on."""
    _, decide = stage.open("intake", "decide")
    for _ in range(2):
        decide.freeze()
        stage.lasts(SESSION * 0.6)
        decide.thaw()
        stage.ready("decide")
    if decide.exits:
        raise Broken(f"a freeze of {SESSION * 0.6:.1f} s ended the worker with {decide.exits}")


def a_coordination_error(stage: Stage) -> None:
    """A heartbeat fails with an error that aiokafka parks for ever; the worker goes on or is replaced."""
    stage.create()
    stage.start("intake")
    stage.start("decide", crash=("coordination-error", 4))
    stage.shop()
    stage.ready("intake", "decide")
    stage.lasts(6)
    with stage.recovery("decide"):
        stage.start("decide")


SCENARIOS = (
    Scenario("join-and-leave", joining_and_leaving, seeds=2),
    Scenario("there-and-back", there_and_back),
    Scenario("quick-rebalances", quick_rebalances, seeds=2),
    Scenario("zombie", a_zombie, seeds=2, zombies=True),
    Scenario("lonely-zombie", a_lonely_zombie, zombies=True),
    Scenario("short-freeze", a_short_freeze),
    Scenario("coordination-error", a_coordination_error),
)
