"""The four roles as processes: they begin or say why not, work, tell how they are, and leave."""

import contextlib
import functools
import http.client
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from confluent_kafka.admin import AdminClient

from agents.app import ROLES
from agents.clients import producer
from agents.creation import create_topics
from agents.settings import Settings
from schemas.topics import CLICKS, USER_LOG
from tests.making.workers import Worker, wait_for

Start = Callable[..., list[Worker]]
Promostream = Callable[..., CompletedProcess[str]]

EVENT = (
    b'{"event_id":"e%d","type":"click","user_id":"u%d","occurred_at":%d,"item_id":"i1","category":"shoes",'
    b'"price":{"value":100,"currency":"CNY"},"source":"app"}'
)
COUNT = 500


@pytest.fixture
def start(settings: Settings, environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Start workers and wait until they work; killed at the end if they have not been stopped."""
    create_topics(settings)
    workers: list[Worker] = []

    def begin(*roles: str) -> list[Worker]:
        begun = [Worker(role, environment, tmp_path, checkpoint_interval=2) for role in roles]
        workers.extend(begun)
        for worker in begun:
            wait_for(functools.partial(_ready, worker), f"{worker.role} is ready")
        return begun

    yield begin
    for worker in workers:
        worker.kill()


def test_the_four_roles_work_together_and_leave(settings: Settings, start: Start) -> None:
    """What goes in is folded by decide; SIGTERM ends each within seconds, with a checkpoint, exit code 0."""
    intake, decide, learn, coordinate = start(*ROLES)
    _publish(settings)
    wait_for(lambda: decide.metric("records_total", 'role="decide"', 'type="e"') == COUNT, "every event is folded")
    assert intake.metric("records_total", 'role="intake"', 'type="e"') == COUNT
    wait_for(lambda: decide.metric("state_users") == COUNT / 5, "every user is known")
    for worker in (intake, decide, learn, coordinate):
        began = time.monotonic()
        assert worker.stop() == 0, worker.said()
        assert time.monotonic() - began < 15
        assert "Traceback" not in worker.said()


def test_a_restart_goes_on_where_the_checkpoint_ends(settings: Settings, start: Start) -> None:
    """After a clean stop nothing is folded again, nothing is taken in again, and the counts are what they were."""
    intake, decide = start("intake", "decide")
    _publish(settings)
    wait_for(lambda: decide.metric("records_total", 'type="e"') == COUNT, "every event is folded")
    assert intake.stop() == 0
    assert decide.stop() == 0
    intake, decide = start("intake", "decide")
    assert decide.metric("records_total", 'type="e"') == COUNT
    assert decide.metric("refold_records_total") == 0
    assert decide.metric("duplicates_total") == 0
    assert intake.metric("records_total", 'type="e"') == 0


def test_an_idle_worker_costs_next_to_nothing(start: Start) -> None:
    """Under 5 % of a core for decide with nothing to do, checkpoints and health server included."""
    (decide,) = start("decide")
    time.sleep(4)
    before = _cpu(decide)
    time.sleep(6)
    assert (_cpu(decide) - before) / 6 < 0.05


def test_health_tells_life_and_work(start: Start) -> None:
    """200 where all is well; an unknown path is none of its business."""
    port = start("coordinate")[0].port
    assert _get(port, "/healthz") == (200, "ok\n")
    assert _get(port, "/readyz") == (200, "ok\n")
    assert _get(port, "/else")[0] == 404


def test_workers_of_one_role_share_its_partitions(settings: Settings, start: Start) -> None:
    """A second decide takes half the log, and gives it back when it leaves."""
    (first,) = start("decide")
    (second,) = start("decide")
    wait_for(lambda: _owned(second) == settings.partitions // 2, "the second worker owns half")
    wait_for(lambda: _owned(first) == settings.partitions // 2, "the first keeps half")
    assert second.stop() == 0
    wait_for(lambda: _owned(first) == settings.partitions, "the first has all again")


def test_missing_topics_are_one_line_and_exit_code_3(promostream: Promostream) -> None:
    """The line names the topic and the command that makes it."""
    ended = promostream("worker", "decide")
    assert ended.returncode == 3
    assert "promostream topics create" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_a_broker_that_is_not_there_is_one_line_and_exit_code_3(promostream: Promostream) -> None:
    """Within seconds, not after a client's patience."""
    began = time.monotonic()
    ended = promostream("worker", "intake", PROMOSTREAM_BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert ended.returncode == 3
    assert len(ended.stderr.strip().splitlines()) == 1
    assert time.monotonic() - began < 20


def test_a_missing_key_is_one_line_and_exit_code_2(promostream: Promostream) -> None:
    """Before any broker is asked."""
    for role, key in (("intake", "TOKEN_KEY"), ("decide", "COUPON_KEY")):
        ended = promostream("worker", role, **{f"PROMOSTREAM_{key}": ""}, PROMOSTREAM_BOOTSTRAP_SERVERS="127.0.0.1:1")
        assert ended.returncode == 2
        assert key in ended.stderr
        assert len(ended.stderr.strip().splitlines()) == 1


def test_another_token_key_is_refused(settings: Settings, promostream: Promostream) -> None:
    """The same user under two tokens would be two users."""
    create_topics(settings)
    ended = promostream("worker", "intake", PROMOSTREAM_TOKEN_KEY="77" * 32)
    assert ended.returncode == 4
    assert "token key" in ended.stderr


def test_a_port_in_use_is_one_line_and_exit_code_2(start: Start, promostream: Promostream) -> None:
    """Two workers that are told the same port."""
    (learn,) = start("learn")
    ended = promostream("worker", "learn", "--metrics-port", str(learn.port))
    assert ended.returncode == 2
    assert "PROMOSTREAM_METRICS_PORT" in ended.stderr


def test_a_log_whose_topic_is_gone_ends_the_worker_with_one_line(settings: Settings, start: Start) -> None:
    """What cannot be mended is said and ends the process; nothing hangs."""
    (intake,) = start("intake")
    admin = AdminClient({"bootstrap.servers": settings.bootstrap_servers})
    for deleted in admin.delete_topics([settings.topic(USER_LOG)]).values():
        deleted.result()
    _publish(settings)
    wait_for(lambda: not intake.alive(), "intake ends", seconds=60)
    assert intake.process.returncode == 70, intake.said()
    assert "Traceback" not in intake.said()


def _publish(settings: Settings) -> None:
    sender = producer(settings)
    now = time.time_ns() // 1_000_000
    for number in range(COUNT):
        user = number // 5
        sender.produce(settings.topic(CLICKS), value=EVENT % (number, user, now), key=b"u%d" % user)
    assert sender.flush(10) == 0


def _ready(worker: Worker) -> bool:
    assert worker.alive(), worker.said()
    return _get(worker.port, "/readyz")[0] == 200


def _owned(worker: Worker) -> int:
    assert worker.alive(), worker.said()
    return _get(worker.port, "/metrics")[1].count("promostream_checkpoint_age_seconds{")


def _get(port: int, path: str) -> tuple[int, str]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        try:
            connection.request("GET", path, headers={"Connection": "close"})
            with connection.getresponse() as answer:
                return answer.status, answer.read().decode()
        except OSError:
            return 0, ""


def _cpu(worker: Worker) -> float:
    """Seconds of processor time so far (Linux)."""
    times = Path(f"/proc/{worker.process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(times[11]) + int(times[12])) / 100
