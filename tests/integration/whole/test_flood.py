"""A flood of garbage on one source of a real Kafka: it is paused, others go on, and it comes back by itself."""

import json
import time
from collections.abc import Callable

from agents.clients import producer
from agents.creation import create_topics
from agents.settings import Settings
from schemas.topics import BROWSES, CLICKS
from streams.intake.floods import BURST_SECONDS
from tests.making.workers import Worker, wait_for

Start = Callable[..., Worker]

RATE = 20
CHUNK = 25
GARBAGE = RATE * BURST_SECONDS + 150


def event(name: str) -> bytes:
    """A view."""
    now = time.time_ns() // 1_000_000
    return json.dumps({"event_id": name, "type": "view", "user_id": name, "occurred_at": now}).encode()


def publish(settings: Settings, topic: str, values: list[bytes]) -> None:
    """All of them on the topic's first partition."""
    sender = producer(settings)
    for value in values:
        sender.produce(settings.topic(topic), value, b"k", 0)
    assert sender.flush(20) == 0


def test_a_flood_pauses_its_source_and_no_other(settings: Settings, start: Start) -> None:
    """Dead letters keep their rate, other partitions are read at once, and what stands behind the garbage is taken."""
    create_topics(settings)
    intake = start("intake", dead_letter_rate=RATE, chunk_records=CHUNK)
    publish(settings, BROWSES, [event("first")])
    wait_for(
        lambda: intake.metric("accepted_total", 'source="browses"') == 1, f"intake works: {intake.log}", seconds=40
    )

    publish(settings, CLICKS, [*[b"garbage"] * GARBAGE, event("behind")])
    wait_for(lambda: intake.metric("source_paused", 'source="clicks"') == 1, "clicks is paused", seconds=20)
    began = time.monotonic()
    refused = intake.metric("dead_letters_total", 'source="clicks"')
    assert GARBAGE - 150 <= refused <= GARBAGE - 150 + CHUNK + RATE * 5
    publish(settings, BROWSES, [event("other")])
    wait_for(lambda: intake.metric("accepted_total", 'source="browses"') == 2, "browses is read", seconds=5)
    assert intake.metric("source_paused", 'source="clicks"') == 1
    assert intake.metric("accepted_total", 'source="clicks"') == 0

    wait_for(lambda: intake.metric("accepted_total", 'source="clicks"') == 1, "clicks comes back", seconds=40)
    assert time.monotonic() - began > 5
    assert intake.metric("dead_letters_total", 'reason="not_json"') == GARBAGE
    wait_for(lambda: intake.metric("source_paused", 'source="clicks"') == 0, "and is paused no more", seconds=5)
    assert intake.stop() == 0, intake.said()
    (line,) = [line for line in intake.said().splitlines() if "is paused" in line]
    assert "clicks/0 is paused: too many dead letters" in line
