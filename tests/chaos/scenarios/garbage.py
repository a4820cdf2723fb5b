"""Records that nobody can fold, and sources that send garbage."""

from schemas.codec import decode_json
from schemas.dead_letters import DeadLetter
from schemas.topics import BROWSES, CLICKS, DEAD_LETTERS, TOPICS, USER_LOG
from tests.chaos.customers import Message
from tests.chaos.scenario import Broken, Scenario
from tests.chaos.stage import Stage
from tests.chaos.standing import Standing
from tests.making.topics import ends, written

LETTERS = 20
"""Dead letters per second and partition; thirty seconds' worth of them may come at once."""
FLOOD = 1_000
POISON = (b"\xc1 no record", b"", b"\x94\x01\x02\x03\x04")


def poison(stage: Stage) -> None:
    """Records of the log that cannot be folded are dead-lettered once, kills before and after notwithstanding."""
    _, decide = stage.open("intake", "decide")
    assert stage.load is not None
    poisoned = stage.chance.choices(range(stage.settings.partitions), k=len(POISON))
    for value, partition in zip(POISON, poisoned, strict=True):
        stage.load.send(Message(USER_LOG, b"u", value, ""), partition)
    stage.load.flush()
    stage.load.published = [one for one in stage.load.published if one.topic != USER_LOG]
    stage.lasts(stage.chance.uniform(0, 1))
    with stage.recovery("decide"):
        decide.kill()
    stage.wait(lambda: len(buried(stage)) == len(POISON), "every poison record is dead-lettered")
    if sorted(letter.value for letter in buried(stage).values()) != sorted(POISON):
        raise Broken("a dead letter does not hold the original bytes")


def buried(stage: Stage) -> dict[str, DeadLetter]:
    """The dead letters of poison records by origin."""
    count = TOPICS[DEAD_LETTERS].partitions
    assert isinstance(count, int)
    letters = [
        decode_json(v, DeadLetter)
        for number in range(count)
        for _, v, _ in written(stage.settings, DEAD_LETTERS, number)
    ]
    return {letter.origin.text: letter for letter in letters if letter.reason == "poison"}


def flood(stage: Stage) -> None:
    """A source sends garbage faster than dead letters may be written: it pauses, the others go on, it resumes.

    With every other seed intake is killed while it is paused.
    """
    intake, _ = stage.open("intake", "decide", dead_letter_rate=LETTERS)
    assert stage.load is not None
    for number in range(FLOOD):
        stage.load.send(Message(CLICKS, b"u", b"garbage %d" % number, ""), 0)
    stage.load.flush()
    stage.wait(lambda: paused(intake) > 0, "the source is paused")
    accepted = intake.worker.metric("accepted_total", f'source="{BROWSES}"')
    stage.wait(lambda: intake.worker.metric("accepted_total", f'source="{BROWSES}"') > accepted + 200, "others go on")
    if not paused(intake):
        raise Broken("the source was read on before its pause was over")
    if stage.seed % 2 == 0:
        intake.kill()
        stage.ready("intake")
    stage.wait(lambda: all_read(stage) and not paused(intake), "the source is read on to its end")


def paused(intake: Standing) -> float:
    """How many partitions of the flooded source are left unread."""
    return intake.worker.metric("source_paused", f'source="{CLICKS}"')


def all_read(stage: Stage) -> bool:
    """Whether every garbage message is in dead letters."""
    assert stage.load is not None
    count = TOPICS[DEAD_LETTERS].partitions
    assert isinstance(count, int)
    return sum(ends(stage.settings, DEAD_LETTERS, count)) >= FLOOD


SCENARIOS = (
    Scenario("poison-records", poison, seeds=2),
    Scenario("flood-of-garbage", flood, seeds=2),
)
