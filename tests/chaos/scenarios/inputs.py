"""``intake`` is killed, frozen, joined and left: each message stands in the log once, by the readers' rule."""

from tests.chaos.ground import SESSION
from tests.chaos.scenario import Broken, Scenario
from tests.chaos.stage import Stage
from tests.chaos.standing import Standing

KILLED = -9


def killed_in_mid_batch(stage: Stage) -> None:
    """Dies between two records of a batch; what follows reads from the committed offsets."""
    stage.create()
    intake = stage.start("intake", crash=("produce", stage.chance.randint(50, 900)))
    stage.start("decide")
    stage.shop()
    stage.wait(lambda: KILLED in intake.exits, "intake dies in mid-batch")
    with stage.recovery("intake"):
        pass


def killed_at_delivery(stage: Stage) -> None:
    """Dies when a delivery is reported, before it can commit: what follows writes the same records again."""
    stage.create()
    intake = stage.start("intake", crash=("delivery", stage.chance.randint(200, 900)))
    decide = stage.start("decide")
    stage.shop()
    stage.wait(lambda: KILLED in intake.exits, "intake dies at a delivery")
    with stage.recovery("intake"):
        pass
    stage.ready("decide")
    stage.wait(lambda: dropped(decide) > 0, "records are written again", 10)


def dropped(decide: Standing) -> float:
    """How many records decide has dropped for their origin."""
    counted = decide.worker.series("duplicates_total").items()
    return sum(total for labels, total in counted if 'source="event_id"' not in labels)


def a_zombie(stage: Stage) -> None:
    """One of two intakes freezes for longer than its session, in the middle of its work, and is thawed."""
    stage.open("intake", "intake", "decide")
    zombie = stage.standing[1]
    stage.lasts(stage.chance.uniform(0.2, 1.5))
    with stage.recovery("intake"):
        zombie.freeze()
        stage.lasts(SESSION + 1)
    zombie.thaw()
    stage.wait(lambda: bool(zombie.exits), "the zombie exits by itself", 20)
    if min(zombie.exits) <= 0:
        raise Broken(f"the zombie exited with {zombie.exits}")
    stage.ready("intake")


def joining_and_leaving(stage: Stage) -> None:
    """A second intake joins, leaves politely, joins again and is killed."""
    stage.open("intake", "decide")
    other = stage.start("intake")
    stage.ready("intake")
    stage.lasts(1)
    with stage.recovery("intake"):
        other.stop()
    other.back()
    stage.ready("intake")
    stage.lasts(1)
    with stage.recovery("intake"):
        other.vanish()


SCENARIOS = (
    Scenario("intake-killed-in-mid-batch", killed_in_mid_batch, seeds=2, short=True),
    Scenario("intake-killed-at-delivery", killed_at_delivery),
    Scenario("intake-zombie", a_zombie, seeds=2),
    Scenario("intake-join-and-leave", joining_and_leaving),
)
