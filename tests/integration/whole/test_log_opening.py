"""How a log was opened stays known when retention has removed its beginning."""

import subprocess
from collections.abc import Callable

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import NewTopic

from agents.clients import admin_client, producer
from agents.control import read_held, write_campaigns
from agents.creation import create_topics
from agents.errors import REFUSED, Refused
from agents.log_opening import find_opening
from agents.settings import Settings
from agents.topic_differences import topic_config
from schemas.records import CampaignsActivated, LogOpened
from schemas.topics import CLICKS, CONTROL, TOPICS, USER_LOG
from streams.intake.tokens import fingerprint
from tests.making.topics import all_taken, ends, log_of
from tests.making.workers import Worker, wait_for

Promostream = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., Worker]

EVENT = (
    b'{"event_id":"e%d","type":"click","user_id":"u%d","occurred_at":1790000000000,"item_id":"i1","category":"shoes",'
    b'"price":{"value":100,"currency":"CNY"},"source":"app"}'
)


def opened(settings: Settings, epoch: str = "e7", clock: str = "source") -> LogOpened:
    """The opening of a log that is created so."""
    return LogOpened(epoch, clock, settings.partitions, fingerprint(settings.tokens().value))


def expire(settings: Settings) -> None:
    """Remove everything that the log holds now, as retention does."""
    places = [TopicPartition(settings.topic(USER_LOG), p, at) for p, at in enumerate(of_log(settings))]
    client = admin_client(settings)  # held until it has answered
    for removed in client.delete_records(places).values():
        removed.result()


def remove_log(settings: Settings) -> None:
    """Delete the topic of the log."""
    client, name = admin_client(settings), settings.topic(USER_LOG)
    client.delete_topics([name])[name].result()
    wait_for(lambda: name not in client.list_topics(timeout=10).topics, "the topic is gone", seconds=10)


def of_log(settings: Settings) -> list[int]:
    """The end of each partition of the log."""
    return ends(settings, USER_LOG, settings.partitions)


@pytest.fixture
def expired(settings: Settings) -> Settings:
    """A log of epoch e7 on the clock of its sources, whose beginning has expired in every partition."""
    create_topics(settings, epoch="e7", clock="source")
    expire(settings)
    return settings


def test_the_opening_is_known_without_the_log_s_beginning(expired: Settings) -> None:
    """From control, which is kept for ever; what else stands there does not hide it."""
    sender = producer(expired)
    sender.produce(expired.topic(CONTROL), value=b"\x93no record", partition=0)
    assert sender.flush(10) == 0
    write_campaigns(expired, CampaignsActivated((), (), "test", "test"), read_held(expired).last)
    assert find_opening(expired) == opened(expired)


def test_a_new_log_in_the_place_of_an_old_one_has_its_own_opening(settings: Settings) -> None:
    """The last one on control."""
    create_topics(settings)
    remove_log(settings)
    create_topics(settings, epoch="e2")
    assert find_opening(settings) == opened(settings, "e2", "arrival")
    assert read_held(settings).opening == opened(settings, "e2", "arrival")


def test_creating_again_writes_nothing(expired: Settings) -> None:
    """Neither into the log nor on control, where the opening and the input topics' ids stand."""
    before = (of_log(expired), ends(expired, CONTROL, 1))
    create_topics(expired, epoch="e7", clock="source")
    assert (of_log(expired), ends(expired, CONTROL, 1)) == before == ([1] * 4, [2])


@pytest.mark.parametrize(("epoch", "clock"), [("e8", "source"), ("e7", "arrival")])
def test_an_expired_log_is_not_opened_otherwise(expired: Settings, epoch: str, clock: str) -> None:
    """Its ids are out in the world."""
    with pytest.raises(Refused, match="user-log was opened with"):
        create_topics(expired, epoch, "source" if clock == "source" else "arrival")
    assert read_held(expired).opening == opened(expired)


def test_nothing_is_guessed_of_a_log_that_nobody_knows(expired: Settings) -> None:
    """Neither its own beginning nor control says how it was opened."""
    client = admin_client(expired)
    for removed in client.delete_records([TopicPartition(expired.topic(CONTROL), 0, 1)]).values():
        removed.result()
    with pytest.raises(Refused, match="neither from its first records nor from control"):
        create_topics(expired, epoch="e7", clock="source")


def test_intake_goes_on_without_the_log_s_beginning(expired: Settings, start: Start, promostream: Promostream) -> None:
    """With the clock, size and key that were fixed; another key is refused."""
    other = promostream("worker", "intake", PROMOSTREAM_TOKEN_KEY="77" * 32)
    assert other.returncode == REFUSED
    assert "token key" in other.stderr
    sender = producer(expired)
    for number in range(20):
        sender.produce(expired.topic(CLICKS), value=EVENT % (number, number), key=b"u%d" % number)
    assert sender.flush(10) == 0
    intake = start("intake")
    wait_for(lambda: all_taken(expired), f"everything taken: {intake.log}", seconds=60)
    assert intake.stop() == 0, intake.said()
    events = [record for partition in range(4) for record in log_of(expired, partition) if record.key]
    assert len(events) == 20


def test_a_log_that_was_never_opened_is_refused(settings: Settings, promostream: Promostream) -> None:
    """Its topic was made by hand: the line says which command opens it, whatever control has of an earlier log."""
    create_topics(settings)
    remove_log(settings)
    topic = NewTopic(settings.topic(USER_LOG), settings.partitions, config=topic_config(settings, TOPICS[USER_LOG]))
    client = admin_client(settings)
    client.create_topics([topic])[topic.topic].result()
    ended = promostream("worker", "intake")
    assert (ended.returncode, ended.stderr.count("\n")) == (REFUSED, 1)
    assert "has not been opened; `promostream topics create` opens it" in ended.stderr
