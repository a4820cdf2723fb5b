"""Logs and inputs that are not what they were: refused with one line, and the remedy that it names works."""

from collections.abc import Iterator

from confluent_kafka import TopicPartition
from confluent_kafka.admin import NewTopic

from agents.creation import create_topics
from agents.errors import REFUSED
from schemas.topics import CLICKS, TOPICS, USER_LOG
from tests.chaos.comparing import compare_partition
from tests.chaos.ground import INPUTS
from tests.chaos.playing import compare
from tests.chaos.refusing import applied_of, command, first_offset, folds_on, refused, remove, says, stop_decide
from tests.chaos.resting import bring_to_rest
from tests.chaos.scenario import Broken, Scenario
from tests.chaos.stage import Stage
from tests.making.topics import all_taken, ends, stored

NEW_LOG = "set PROMOSTREAM_TOPIC_PREFIX to a new prefix and run `promostream topics create` to begin a new log"
LOST = 5
"""How many records behind its checkpoint a partition loses."""
RETENTION = 120.0
"""Seconds in which a broker looks at its retention."""


def log_made_again(stage: Stage) -> None:
    """``user-log`` is deleted and made again: every partition is refused, and a new log under a new prefix works."""
    stage.open("intake", "decide")
    stage.lasts(2)
    remove(stage, USER_LOG)
    create_topics(stage.settings)
    for number in range(stage.settings.partitions):
        again = f"user-log/{number} is another topic than the one of the checkpoint (deleted and made again?)"
        refused(stage, number, f"{again}; {NEW_LOG}")
    begin_anew(stage)


def begin_anew(stage: Stage) -> None:
    """What the line names: workers under another prefix, on a log of its own, exact again."""
    anew = Stage(f"{stage.name}-anew", stage.seed, stage.settings.bootstrap_servers, stage.folder, stage.kafka)
    try:
        anew.open("intake", "decide")
        anew.lasts(2)
        bring_to_rest(anew)
        if problems := compare(anew).problems:
            raise Broken(f"after the remedy: {problems[0]}")
    finally:
        anew.close()
        anew.remove()


def input_made_again(stage: Stage) -> None:
    """``clicks`` is deleted and made again: intake refuses, decide works on; adopted, its messages are new ones."""
    intake, decide = stage.open("intake", "decide")
    assert stage.load is not None
    stage.lasts(2)
    stage.load.pause()
    stage.wait(lambda: all_taken(stage.settings), "everything is taken")
    remove(stage, CLICKS)
    clicks = stage.settings.topic(CLICKS)
    stage.admin.create_topics([NewTopic(clicks, INPUTS, stage.settings.replication)])[clicks].result()
    says(stage, intake, f"{clicks} was deleted and made again; `promostream topics adopt clicks` takes its messages")
    stage.wait(lambda: REFUSED in intake.exits, "intake refuses to start")
    if decide.exits:
        raise Broken(f"decide ended with {decide.exits}")
    known = len(stage.load.published)
    command(stage, "topics", "adopt", CLICKS)
    stage.ready("intake")
    stage.load.start()
    stage.lasts(3)
    stage.load.stop()
    stage.load.published[known:] = [
        one._replace(topic=f"{CLICKS}@2") if one.topic == CLICKS else one for one in stage.load.published[known:]
    ]


def log_truncated(stage: Stage) -> None:
    """Records behind one partition's checkpoint are deleted: it is refused, the others fold on and stay exact."""
    intake, decide = stage.open("intake", "decide")
    assert stage.load is not None
    stage.lasts(2)
    stop_decide(stage)
    number = stage.chance.randrange(stage.settings.partitions)
    applied = applied_of(stage, number)
    stage.wait(lambda: ends(stage.settings, USER_LOG, number + 1)[number] > applied + LOST + 1, "the log grows")
    place = TopicPartition(stage.settings.topic(USER_LOG), number, applied + 1 + LOST)
    stage.admin.delete_records([place])[place].result()
    decide.back()
    gone = f"offsets {applied + 1} to {applied + LOST} of user-log/{number} are gone: retention passed the checkpoint"
    refused(stage, number, f"{gone}; {NEW_LOG}")
    stage.load.stop()
    stage.wait(lambda: all_taken(stage.settings), "everything is taken")
    intake.stop()
    for other in {*range(stage.settings.partitions)} - {number}:
        folds_on(stage, other)
    stop_decide(stage)


def retention_passed(stage: Stage) -> None:
    """The broker's retention passes what no checkpoint holds while decide is down: refused; a new log works."""
    intake, decide = stage.open("intake", "decide")
    assert stage.load is not None
    stage.lasts(2)
    stop_decide(stage)
    applied = applied_of(stage, 0)
    stage.lasts(2)
    stage.load.stop()
    stage.wait(lambda: all_taken(stage.settings), "everything is taken")
    intake.stop()
    stage.configure(USER_LOG, retention_ms="1000")
    stage.wait(lambda: first_offset(stage, 0) > applied + 1, "the broker's retention takes the log", RETENTION)
    stage.configure(USER_LOG, retention_ms=str(TOPICS[USER_LOG].retention))
    decide.back()
    gone = f"offsets {applied + 1} to {first_offset(stage, 0) - 1} of user-log/0 are gone"
    refused(stage, 0, f"{gone}: retention passed the checkpoint; {NEW_LOG}")
    begin_anew(stage)


def others_are_exact(stage: Stage) -> Iterator[str]:
    """Every partition that was not refused, against an offline fold."""
    for number in range(stage.settings.partitions):
        if f"user-log/{number} is refused" in stage.said():
            continue
        state = stored(stage.settings, number)
        yield from ["no checkpoint"] if state is None else compare_partition(stage.settings, number, state).problems


SCENARIOS = (
    Scenario("user-log-made-again", log_made_again, compared=False),
    Scenario("input-topic-made-again", input_made_again),
    Scenario("user-log-truncated", log_truncated, compared=False, checks=(others_are_exact,)),
    Scenario("retention-passed", retention_passed, brokers="own", compared=False),
)
