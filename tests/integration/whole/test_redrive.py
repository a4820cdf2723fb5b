"""Dead letters taken again on a real Kafka: once each, whoever redrives them, and deciding nothing."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from agents.clients import producer
from agents.control import write_campaigns
from agents.creation import create_topics
from agents.redriving.book import KafkaBook
from agents.settings import Settings
from schemas.codec import decode_json
from schemas.dead_letters import DeadLetter
from schemas.decisions import Decision
from schemas.records import CampaignsActivated, EventTaken
from schemas.topics import CLICKS, DEAD_LETTERS, DECISIONS, REDRIVES, TOPICS
from streams.intake.tokens import Tokens
from tests.making.logs import POLICIES
from tests.making.stories import on_favourite
from tests.making.topics import bodies_of, fold_offline, written
from tests.making.workers import Worker, wait_for

Start = Callable[..., Worker]
Promostream = Callable[..., subprocess.CompletedProcess[str]]

DAY = 86_400_000
AHEAD = 4_000
"""Milliseconds for which the clock of some customers is more than a day ahead of ours, and no longer."""


class Shop:
    """Favourites on one partition of ``clicks``, each of a user of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer = producer(settings)
        self.began = time.time_ns() // 1_000_000

    def publish(self, user: str, **changes: Any) -> None:
        """One event; what it claims may be changed."""
        given = {"event_id": f"e-{user}", "type": "favourite", "user_id": user, "occurred_at": self.began}
        value = json.dumps(given | changes).encode()
        self._producer.produce(self._settings.topic(CLICKS), value, user.encode(), 0, headers=[("trace", b"7")])

    def settle(self) -> None:
        """Wait until everything is on the broker."""
        assert self._producer.flush(20) == 0


def letters(settings: Settings) -> list[DeadLetter]:
    """Every dead letter."""
    count = TOPICS[DEAD_LETTERS].partitions
    assert isinstance(count, int)
    values = [value for partition in range(count) for _, value, _ in written(settings, DEAD_LETTERS, partition)]
    return [decode_json(value, DeadLetter) for value in values]


def entries(settings: Settings) -> list[tuple[str, int]]:
    """Who was redriven, at which attempt."""
    return [(entry.origin.text, entry.attempt) for entry in KafkaBook(settings).read()]


def decided(settings: Settings) -> set[str]:
    """The events that opened a decision point."""
    values = [
        value for partition in range(settings.partitions) for _, value, _ in written(settings, DECISIONS, partition)
    ]
    return {decode_json(value, Decision).opened_by.event_id for value in values}


def events_of(settings: Settings) -> dict[str, int]:
    """How many events each user's profile has, by an offline fold of the log."""
    tokens = Tokens(settings.tokens().value)
    folds = [fold_offline(settings, partition).fold for partition in range(settings.partitions)]
    return {tokens.reveal(token): user.events for fold in folds for token, user in fold.users}


def publish_all(settings: Settings) -> Shop:
    """Good ones, early ones whose time comes, wrong ones which stay so."""
    shop = Shop(settings)
    for number in range(3):
        shop.publish(f"good-{number}")
        shop.publish(f"early-{number}", occurred_at=shop.began + DAY + AHEAD)
        shop.publish(f"wrong-{number}", quantity=0)
    shop.publish("large", attributes={"note": "x" * 300_000})
    shop.settle()
    return shop


def test_letters_are_taken_again_once(
    settings: Settings, start: Start, promostream: Promostream, environment: dict[str, str], tmp_path: Path
) -> None:
    """Redriven by two at once and again: profiles change once, no decision is opened, what stays wrong is a letter."""
    create_topics(settings)
    write_campaigns(settings, CampaignsActivated((on_favourite(),), POLICIES, "test", "test"), 0)
    intake, decide = start("intake"), start("decide")
    wait_for(lambda: decide.metric("records_total", 'type="k"') == settings.partitions, "campaigns hold", seconds=40)
    shop = publish_all(settings)
    wait_for(lambda: intake.metric("dead_letters_total") == 7, "the bad ones are dead letters", seconds=30)
    wait_for(lambda: len(decided(settings)) == 3, "the good ones are decided", seconds=20)

    planned = promostream("redrive", "--reason", "impossible_value")
    assert planned.returncode == 0, planned.stderr
    assert planned.stdout.startswith("6 of 6 selected dead letters can be redriven (7 read)\n")
    assert planned.stdout.endswith("nothing was redriven; --yes redrives without asking\n")
    assert entries(settings) == []

    time.sleep(max(0.0, (shop.began + AHEAD + 500) / 1000 - time.time()))
    command = [str(Path(sys.executable).with_name("promostream")), "redrive", "--yes", "--json"]
    both = []
    for name in ("one", "two"):
        with (tmp_path / name).open("wb") as out:
            both.append(subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT))
    assert {person.wait(60) for person in both} <= {0, 4}
    wait_for(lambda: intake.metric("redriven_total", 'source="clicks"') == 3, "the early ones are taken", seconds=20)
    wait_for(
        lambda: intake.metric("dead_letters_total", 'source="redrives"') == 3, "the wrong ones are not", seconds=20
    )
    assert sorted(entries(settings)) == sorted({(origin, 1) for origin, _ in entries(settings)})
    assert len(entries(settings)) == 6

    again = json.loads(promostream("redrive", "--yes", "--json").stdout)
    assert (again["redriven"], again["redriven_before"]) == (3, 6)
    assert sum(again["not_possible"].values()) == 1
    wait_for(lambda: intake.metric("dead_letters_total", 'source="redrives"') == 6, "nor the second time", seconds=20)
    wait_for(lambda: decide.metric("records_total", 'type="e"') == 6, "decide has heard of all", seconds=20)
    check_account(intake)
    assert intake.stop() == decide.stop() == 0, intake.said() + decide.said()
    check_profiles(settings)


def check_account(intake: Worker) -> None:
    """What was read is taken or refused, source by source, redrives among them."""
    for source, read, refused in ((CLICKS, 10, 7), (REDRIVES, 9, 6)):
        label = f'source="{source}"'
        assert intake.metric("read_total", label) == read
        assert intake.metric("accepted_total", label) == read - refused
        assert intake.metric("dead_letters_total", label) == refused


def check_profiles(settings: Settings) -> None:
    """Every event is counted once, the redriven ones decided nothing, and letters know how often they were tried."""
    assert events_of(settings) == {f"{kind}-{number}": 1 for kind in ("good", "early") for number in range(3)}
    assert decided(settings) == {f"e-good-{number}" for number in range(3)}
    taken = [body for body in bodies_of(settings) if isinstance(body, EventTaken)]
    assert {body.event_id for body in taken if body.redriven} == {f"e-early-{number}" for number in range(3)}
    tried = sorted((letter.key.decode(), letter.attempts) for letter in letters(settings))
    wrong = [(f"wrong-{number}", attempts) for number in range(3) for attempts in range(3)]
    assert tried == sorted([*wrong, *((f"early-{number}", 0) for number in range(3)), ("large", 0)])
    assert {letter.headers for letter in letters(settings)} == {(("trace", b"7"),)}
