"""Secrets are where they were put and nowhere else, whatever goes wrong."""

import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from agents.rights import Right
from agents.settings import environment_of
from schemas.topics import USER_LOG
from tests.making.closed_kafka import Grounds
from tests.making.commands import COMMAND
from tests.making.workers import Worker, wait_for

Start = Callable[..., Worker]
TOKEN_KEY, COUPON_KEY, PASSWORD = "c0ffee01" * 8, "c0ffee02" * 8, "canary-password-3"


def secrets(grounds: Grounds) -> list[str]:
    """What must not show: both keys, also as bytes are printed, and everybody's passwords."""
    passwords = [grounds.kafka.security.password_file(user).read_text() for user in grounds.kafka.security.users]
    keys = [TOKEN_KEY, COUPON_KEY]
    return [*keys, *(str(bytes.fromhex(key))[2:18] for key in keys), PASSWORD, *passwords]


def command_lines(pids: list[int]) -> Iterator[str]:
    """What everybody on the machine can read of a process."""
    for pid in pids:
        with suppress(OSError):
            yield Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")


def metrics(worker: Worker) -> str:
    """What the worker shows to who asks."""
    shown = ""
    for path in ("metrics", "healthz", "readyz"):
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{worker.port}/{path}", timeout=5) as answer:
            shown += answer.read().decode()
    return shown


def test_a_worker_that_works_and_fails_shows_no_secret(grounds: Grounds, start: Start) -> None:
    """At the most talkative level, from its start to a right that is taken away."""
    keys = {"token_key": "1f" * 32, "coupon_key": COUPON_KEY, "log_level": "DEBUG"}
    workers = [start(grounds, role, **keys) for role in ("intake", "decide")]
    for worker in workers:
        wait_for(lambda w=worker: "works after" in w.said(), f"it works: {worker.log}", 60)  # type: ignore[misc] # bound
    seen = [*command_lines([worker.process.pid for worker in workers] + list(grounds.kafka.pids.values()))]
    seen += [metrics(worker) for worker in workers]
    assert len("".join(seen)) > 1000
    grounds.revoke("intake", Right("Write", "topic", USER_LOG))
    wait_for(lambda: not workers[0].alive(), "it ends", 60)
    workers[1].stop()
    seen += [worker.said() for worker in workers]
    shown = "\n".join(seen)
    canaries = [*secrets(grounds), "1f" * 32]
    assert [canary[:6] for canary in canaries if canary in shown] == []


@pytest.mark.parametrize(
    ("arguments", "changes"),
    [
        (("worker", "intake"), {}),
        (("worker", "decide"), {"COUPON_KEY": COUPON_KEY[1:]}),
        (("worker", "intake"), {"TOKEN_KEY": "x" + TOKEN_KEY}),
        (("topics", "create"), {}),
        (("topics", "create", "--epoch", "!"), {}),
        (("topics", "check"), {"PARTITIONS": PASSWORD}),
        (("topics", "acls", "--apply"), {}),
        (("explain", "e1-0-5-0"), {}),
        (("campaigns", "apply", "nowhere"), {}),
        (("worker", "--help"), {}),
    ],
)
def test_a_command_that_fails_shows_no_secret(
    shared: Grounds, arguments: tuple[str, ...], changes: dict[str, str]
) -> None:
    """With a wrong password and other keys than the log's: neither the line nor the command line shows them."""
    own = shared.settings(
        "operator", token_key=TOKEN_KEY, coupon_key=COUPON_KEY, sasl_password=PASSWORD, sasl_password_file=""
    )
    environment = environment_of(own) | {f"PROMOSTREAM_{name}": value for name, value in changes.items()}
    process = subprocess.Popen(
        [COMMAND, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    time.sleep(0.3)
    lines = [*command_lines([process.pid])]
    out, errors = process.communicate(timeout=60)
    shown = "".join([out, errors, *lines])
    assert shown
    assert [canary[:6] for canary in secrets(shared) if canary in shown] == []
