import json
import subprocess
import time
from collections.abc import Callable

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic, ResourceType

from agents.admin import check_topics, require_topics
from agents.clients import admin_client, consumer, producer
from agents.creation import create_topics
from agents.errors import BROKER, DONE, REFUSED, USAGE, BrokerNotReady, Refused
from agents.log_opening import read_openings, write_openings
from agents.settings import Settings
from schemas.records import LogOpened
from schemas.topics import CHECKPOINTS, CLICKS, MODELS, TOPICS, USER_LOG
from streams.intake.tokens import fingerprint

Promostream = Callable[..., subprocess.CompletedProcess[str]]


def ends(settings: Settings) -> list[tuple[int, int]]:
    """First and next offset of each partition of the log."""
    reader = consumer(settings)
    topic = settings.topic(USER_LOG)
    bounds = [reader.get_watermark_offsets(TopicPartition(topic, p), 10) for p in range(settings.partitions)]
    reader.close()
    return bounds


def make_log(settings: Settings) -> None:
    """An empty topic in the place of the log."""
    client = admin_client(settings)
    for made in client.create_topics([NewTopic(settings.topic(USER_LOG), settings.partitions)]).values():
        made.result()


def set_config(settings: Settings, name: str, key: str, value: str) -> None:
    """Set one value of a topic's configuration."""
    entry = ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, settings.topic(name), incremental_configs=[entry])
    client = admin_client(settings)
    for done in client.incremental_alter_configs([resource]).values():
        done.result()


def one_line(result: subprocess.CompletedProcess[str]) -> str:
    """The only line on standard error."""
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    return lines[0]


def test_created_topics_are_as_the_table_says(settings: Settings) -> None:
    """What `create` makes, `check` finds right, and nothing of the table is left out."""
    created = create_topics(settings)
    assert created == [settings.topic(name) for name in TOPICS]
    assert check_topics(settings) == []
    require_topics(settings, TOPICS)


def test_every_partition_of_the_log_begins_with_its_opening(settings: Settings) -> None:
    """The first record fixes epoch, clock, size and token key."""
    create_topics(settings, epoch="e7", clock="source")
    opening = LogOpened("e7", "source", 4, fingerprint(settings.tokens().value))
    assert read_openings(settings, 4) == dict.fromkeys(range(4), opening)


def test_creating_twice_changes_nothing(settings: Settings) -> None:
    """A second run creates no topic and writes no record."""
    create_topics(settings)
    before = ends(settings)
    assert create_topics(settings) == []
    assert ends(settings) == before == [(0, 1)] * 4


def test_a_half_opened_log_is_opened_to_the_end(settings: Settings) -> None:
    """The next `create` finishes an interrupted one and writes nothing twice."""
    make_log(settings)
    write_openings(settings, LogOpened("e1", "arrival", 4, fingerprint(settings.tokens().value)), [0, 2])
    assert ends(settings) == [(0, 1), (0, 0), (0, 1), (0, 0)]
    create_topics(settings)
    assert ends(settings) == [(0, 1)] * 4


def test_a_log_whose_beginning_has_expired_stays_open(settings: Settings) -> None:
    """Retention removes the opening in time; `create` must not open such a log again."""
    create_topics(settings)
    client = admin_client(settings)
    for removed in client.delete_records([TopicPartition(settings.topic(USER_LOG), 1, 1)]).values():
        removed.result()
    create_topics(settings)
    assert ends(settings) == [(0, 1), (1, 1), (0, 1), (0, 1)]


@pytest.mark.parametrize(
    ("epoch", "clock", "changes", "said"),
    [
        ("e2", "arrival", {}, "opened with epoch e1, not e2"),
        ("e1", "source", {}, "opened with clock arrival, not source"),
        ("e1", "arrival", {"PROMOSTREAM_TOKEN_KEY": "00" * 32}, "opened with token_key"),
        ("e1", "arrival", {"PROMOSTREAM_PARTITIONS": "8"}, "has 4 partitions, not 8"),
    ],
)
def test_a_log_opened_otherwise_is_refused(
    settings: Settings, promostream: Promostream, epoch: str, clock: str, changes: dict[str, str], said: str
) -> None:
    """An open log keeps its epoch, clock, key and size: one line, exit code 4, nothing written."""
    create_topics(settings)
    result = promostream("topics", "create", "--epoch", epoch, "--clock", clock, **changes)
    assert result.returncode == REFUSED
    assert said in one_line(result)
    assert ends(settings) == [(0, 1)] * 4


def test_a_log_that_begins_with_something_else_is_refused(settings: Settings) -> None:
    """Nobody else's records are taken for a log, and no topic is made beside them."""
    make_log(settings)
    sender = producer(settings)
    sender.produce(settings.topic(USER_LOG), value=b"no record", partition=2)
    assert sender.flush(10) == 0
    with pytest.raises(Refused, match=r"user-log/2 does not begin with the record that opens a log; delete the topic"):
        create_topics(settings)
    assert len(check_topics(settings)) > len(TOPICS) - 1


def test_a_wrong_configuration_is_one_line_with_its_remedy(settings: Settings, promostream: Promostream) -> None:
    """Each difference names topic, setting, what is, what should be and what to do; exit code 3."""
    create_topics(settings)
    set_config(settings, USER_LOG, "message.timestamp.type", "CreateTime")
    set_config(settings, CHECKPOINTS, "cleanup.policy", "delete")
    set_config(settings, MODELS, "max.message.bytes", "1000")
    result = promostream("topics", "check")
    assert result.returncode == BROKER
    lines = result.stdout.splitlines()
    assert len(lines) == 3
    assert f"{settings.topic(USER_LOG)}: message.timestamp.type is CreateTime instead of LogAppendTime; `" in lines[0]
    assert "cleanup.policy=compact" in "".join(lines)
    with pytest.raises(BrokerNotReady, match=r"message.timestamp.type is CreateTime .* \(and 1 more"):
        require_topics(settings, [USER_LOG, MODELS])
    require_topics(settings, [CLICKS])


def test_what_the_platform_may_choose_is_no_difference(settings: Settings) -> None:
    """Partitions, timestamps and a longer retention of input topics are the platform's."""
    create_topics(settings)
    set_config(settings, CLICKS, "message.timestamp.type", "LogAppendTime")
    set_config(settings, CLICKS, "retention.ms", "-1")
    client = admin_client(settings)
    for done in client.create_partitions([NewPartitions(settings.topic(CLICKS), 11)]).values():
        done.result()
    assert check_topics(settings) == []


def test_missing_topics_are_reported_as_json(settings: Settings, promostream: Promostream) -> None:
    """On an empty broker `check --json` lists every topic of the table and ends with exit code 3."""
    result = promostream("topics", "check", "--json")
    assert result.returncode == BROKER
    differences = json.loads(result.stdout)["differences"]
    assert [each["topic"] for each in differences] == [settings.topic(name) for name in TOPICS]
    assert {each["found"] for each in differences} == {"missing"}


def test_the_command_creates_and_then_checks(promostream: Promostream) -> None:
    """`create` ends well, a second time too, and leaves nothing for `check` to say."""
    first, again, checked = (
        promostream("topics", "create"),
        promostream("topics", "create"),
        promostream("topics", "check"),
    )
    assert [first.returncode, again.returncode, checked.returncode] == [DONE] * 3, first.stderr + again.stderr
    assert f"topics created: {len(TOPICS)};" in first.stdout
    assert again.stdout.startswith("topics created: 0;")
    assert checked.stdout == "every topic is as it should be\n"


def test_too_many_copies_are_refused_in_the_brokers_words(promostream: Promostream) -> None:
    """A broker that will not create a topic is quoted in one line."""
    result = promostream("topics", "create", "--replication", "7")
    assert result.returncode == BROKER
    assert "did not create" in one_line(result)


@pytest.mark.parametrize("command", ["check", "create"])
def test_an_absent_broker_is_one_line_within_ten_seconds(promostream: Promostream, command: str) -> None:
    """Nobody there: what was tried, why it failed, what to do; exit code 3, no traceback, no librdkafka noise."""
    began = time.monotonic()
    result = promostream("topics", command, PROMOSTREAM_BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert time.monotonic() - began < 12
    assert result.returncode == BROKER
    assert "no broker answers at 127.0.0.1:1 (" in one_line(result)
    assert "Connection refused" in one_line(result)


def test_a_missing_key_is_one_line(promostream: Promostream) -> None:
    """The log cannot be opened without the token key: exit code 2, before any topic is made."""
    result = promostream("topics", "create", PROMOSTREAM_TOKEN_KEY="")
    assert result.returncode == USAGE
    assert "missing key: set PROMOSTREAM_TOKEN_KEY" in one_line(result)
