import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from confluent_kafka import TopicPartition

from agents.clients import consumer, producer
from agents.creation import create_topics
from agents.settings import Settings
from deploy.examples.delivery_service.cases import REVOKE, SEND
from deploy.examples.delivery_service.conformance import FINAL
from schemas.codec import decode_json
from schemas.outcomes import Outcome
from schemas.topics import OUTCOMES, TRIGGERS

ROOT = Path(__file__).parents[2]
COUNT = 60


def test_every_trigger_ends_once_although_the_service_is_killed(settings: Settings, tmp_path: Path) -> None:
    """Killed with SIGKILL amid its work and started again, the service accepts and ends every trigger exactly once."""
    create_topics(settings, "e1", "arrival")
    now = time.time_ns() // 1_000_000
    _publish(settings, [_trigger(n, now) for n in range(COUNT)] + [_trigger(n, now) for n in range(0, COUNT, 7)])
    with _service(settings, tmp_path) as process:
        _wait_for(settings, 5)
        process.send_signal(signal.SIGKILL)
        process.wait()
    _publish(settings, [REVOKE | {"trigger_id": "t-0", "expires_at": now + 60_000}, _late(now), _unknown(now)])
    with _service(settings, tmp_path):
        outcomes = _wait_for(settings, COUNT + 2)
    ends: dict[str, set[tuple[str, str]]] = {}
    for outcome in outcomes:
        if outcome.status in FINAL:
            ends.setdefault(outcome.trigger_id, set()).add((outcome.status, outcome.outcome_id))
    assert all(len(ids) == 1 for ids in ends.values())
    assert ends["late"] == {("expired", "late/send/expired")}
    assert ends["odd"] == {("failed", "odd/celebrate/failed")}
    assert {o.trigger_id for o in outcomes if o.status == "accepted"} == {f"t-{n}" for n in range(COUNT)} | {"late"}


def _trigger(n: int, now: int) -> dict[str, Any]:
    return SEND | {"trigger_id": f"t-{n}", "once_key": f"once-{n}", "user": f"u-{n % 9}", "expires_at": now + 60_000}


def _late(now: int) -> dict[str, Any]:
    return SEND | {"trigger_id": "late", "once_key": "late", "expires_at": now}


def _unknown(now: int) -> dict[str, Any]:
    return SEND | {"trigger_id": "odd", "once_key": "odd", "kind": "celebrate", "expires_at": now + 60_000}


def _publish(settings: Settings, triggers: list[dict[str, Any]]) -> None:
    writer = producer(settings)
    for trigger in triggers:
        writer.produce(settings.topic(TRIGGERS), json.dumps(trigger).encode(), trigger["user"])
    assert writer.flush(30) == 0


@contextmanager
def _service(settings: Settings, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "deploy.examples.delivery_service", "--servers", settings.bootstrap_servers]
    command += ["--prefix", settings.topic_prefix, "--memory", str(folder / "delivery.db")]
    with (folder / "service.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), stdout=log, stderr=log)
        yield process
        process.terminate()
        process.wait(30)


def _wait_for(settings: Settings, triggers: int) -> list[Outcome]:
    """The outcomes on the topic, as soon as that many triggers have ended."""
    reader = consumer(settings)
    topic = settings.topic(OUTCOMES)
    count = len(reader.list_topics(topic, timeout=10).topics[topic].partitions)
    reader.assign([TopicPartition(topic, partition, 0) for partition in range(count)])
    found: list[Outcome] = []
    deadline = time.monotonic() + 60
    while len({o.trigger_id for o in found if o.status in FINAL}) < triggers:
        assert time.monotonic() < deadline, f"{len(found)} outcomes within 60 s"
        found += [
            decode_json(message.value() or b"", Outcome)
            for message in reader.consume(500, 0.5)
            if message.error() is None
        ]
    reader.close()
    return found
