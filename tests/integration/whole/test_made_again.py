"""An input topic that is deleted and made again: its offsets begin anew, and nothing of it is taken for a repeat."""

import subprocess
import time
from collections.abc import Callable

import pytest
from confluent_kafka.admin import NewTopic

from agents.clients import admin_client, producer
from agents.creation import create_topics
from agents.errors import INTERNAL, REFUSED
from agents.settings import Settings
from schemas.codec import decode_record
from schemas.records import EventTaken
from schemas.topics import CLICKS
from tests.making.commands import last_line
from tests.making.topics import all_taken, log_of
from tests.making.workers import Worker, wait_for

Promostream = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., Worker]

EVENT = (
    b'{"event_id":"%s%d","type":"click","user_id":"u%d","occurred_at":%d,"item_id":"i1","category":"shoes",'
    b'"price":{"value":100,"currency":"CNY"},"source":"app"}'
)
REFUSAL = "was deleted and made again; `promostream topics adopt clicks` takes its messages as new ones"


def click(settings: Settings, name: bytes, count: int) -> None:
    """So many events, all of them in partition 0."""
    sender, now = producer(settings), time.time_ns() // 1_000_000
    for number in range(count):
        sender.produce(settings.topic(CLICKS), EVENT % (name, number, number % 7, now), partition=0)
    assert sender.flush(20) == 0


def make_again(settings: Settings) -> None:
    """Delete the topic of the clicks and make another one with its name."""
    client, name = admin_client(settings), settings.topic(CLICKS)
    client.delete_topics([name])[name].result()
    wait_for(lambda: name not in client.list_topics(timeout=10).topics, "the topic is gone", seconds=10)
    client.create_topics([NewTopic(name, 8, 1)])[name].result()


def sources(settings: Settings) -> dict[str, int]:
    """How many events stand in the log, by the source that their origins name."""
    found: dict[str, int] = {}
    for partition in range(settings.partitions):
        for record in map(decode_record, (message.value for message in log_of(settings, partition))):
            if isinstance(record.body, EventTaken):
                found[record.origin.source] = found.get(record.origin.source, 0) + 1
    return found


@pytest.fixture
def taken(settings: Settings, start: Start) -> Worker:
    """An intake that has taken 50 clicks."""
    create_topics(settings)
    click(settings, b"old", 50)
    intake = start("intake")
    wait_for(lambda: all_taken(settings), "all is taken")
    return intake


def test_a_topic_that_was_made_again_is_refused_until_it_is_adopted(
    settings: Settings, start: Start, promostream: Promostream, taken: Worker
) -> None:
    """With one line and its remedy; then all of it is new: the same offsets count again, as another source."""
    assert taken.stop() == 0
    make_again(settings)
    click(settings, b"new", 30)
    refused = promostream("worker", "intake")
    assert (refused.returncode, refused.stdout) == (REFUSED, "")
    assert last_line(refused).startswith(f"{settings.topic(CLICKS)} {REFUSAL}")
    assert promostream("topics", "create").returncode == 0
    assert promostream("worker", "intake").returncode == REFUSED
    assert (
        promostream("topics", "adopt", "clicks").stdout
        == f"{settings.topic(CLICKS)} feeds the log from its beginning\n"
    )
    assert "already" in promostream("topics", "adopt", "clicks").stdout
    intake, decide = start("intake"), start("decide")
    wait_for(lambda: decide.metric("records_total", 'role="decide"', 'type="e"') == 80, "every event counts")
    assert decide.metric("duplicates_total") == 0
    assert intake.stop() == 0
    assert sources(settings) == {"clicks": 50, "clicks@2": 30}


def test_a_running_intake_notices(settings: Settings, taken: Worker) -> None:
    """It ends before it takes the new topic's messages for those of the old one."""
    make_again(settings)
    wait_for(lambda: not taken.alive(), "intake ends", seconds=30)
    assert taken.process.returncode == INTERNAL
    assert REFUSAL in taken.said()
    assert sources(settings) == {"clicks": 50}
