"""``decide`` is killed: at exact places of its work, at random, and politely."""

from collections.abc import Callable

from schemas.topics import DECISIONS
from tests.chaos.scenario import Broken, Scenario
from tests.chaos.stage import Stage
from tests.making.topics import ends

KILLED = -9


def killed_at(point: str, least: int, most: int) -> Callable[[Stage], None]:
    """Dies at the n-th time that it comes to a point, n by chance; an ordinary process follows."""

    def play(stage: Stage) -> None:
        stage.open("intake")
        decide = stage.start("decide", crash=(point, stage.chance.randint(least, most)))
        stage.wait(lambda: KILLED in decide.exits, f"decide dies {point}")
        delivered = sum(ends(stage.settings, DECISIONS, stage.settings.partitions))
        with stage.recovery("decide"):
            pass
        if delivered:
            stage.wait(lambda: decide.worker.metric("refold_records_total") > 0, "records are folded again", 10)

    play.__doc__ = f"SIGKILL at the place {point}, the n-th time it is reached."
    return play


def killed_while_opening(stage: Stage) -> None:
    """The successor of a killed worker is killed in the middle of its own recovery, and so is the next."""
    stage.open("intake")
    decide = stage.start("decide", crash=("produce", 300))
    stage.wait(lambda: KILLED in decide.exits, "decide dies")
    for number in (1, 3):
        decide.crash = ("opening", number)
        stage.wait(lambda number=number: decide.exits.count(KILLED) == 1 + (number > 1) + 1, "the successor dies")  # type: ignore[misc]
    with stage.recovery("decide"):
        pass


def killed_at_random(stage: Stage) -> None:
    """Twice SIGKILL, the second a while after the recovery from the first."""
    _, decide = stage.open("intake", "decide")
    for _ in range(2):
        stage.lasts(stage.chance.uniform(0.5, 2.5))
        with stage.recovery("decide"):
            decide.kill()


def terminated(stage: Stage) -> None:
    """SIGTERM leaves with a checkpoint and exit code 0; the next process refolds nothing."""
    _, decide = stage.open("intake", "decide")
    for _ in range(2):
        stage.lasts(1.5)
        code = decide.stop()
        if code:
            raise Broken(f"SIGTERM ended decide with exit code {code}")
        with stage.recovery("decide"):
            decide.back()
        if again := decide.worker.metric("refold_records_total"):
            raise Broken(f"{again:.0f} records were folded again after a clean end")


SCENARIOS = (
    Scenario("sigkill-before-produce", killed_at("produce", 100, 600), seeds=2),
    Scenario("sigkill-at-delivery", killed_at("delivery", 100, 600), seeds=2),
    Scenario("sigkill-before-checkpoint", killed_at("before-checkpoint", 7, 12), seeds=2),
    Scenario("sigkill-during-checkpoint", killed_at("during-checkpoint", 7, 12), seeds=2, short=True),
    Scenario("sigkill-in-commit", killed_at("in-commit", 7, 12), seeds=2),
    Scenario("sigkill-after-checkpoint", killed_at("after-checkpoint", 7, 12), seeds=2),
    Scenario("sigkill-at-random", killed_at_random, seeds=2),
    Scenario("sigkill-while-opening", killed_while_opening),
    Scenario("sigterm", terminated, short=True),
)
