"""Every right of the table is needed, and one that is missing is named, with the command that grants it."""

import re
from collections.abc import Callable

import pytest

from agents.admin import require_topics
from agents.errors import BROKER, INTERNAL, BrokerNotReady
from agents.rights import RIGHTS, Right, topics_of
from schemas.topics import CLICKS, CONTROL, DECISIONS, MODELS, TRIGGERS, USER_LOG
from tests.integration.security.test_refusals import ASKING
from tests.making.closed_kafka import Grounds
from tests.making.commands import last_line
from tests.making.workers import Worker, wait_for

Start = Callable[..., Worker]
ROLES = ("intake", "decide", "learn", "coordinate")


def told(right: Right, grounds: Grounds, who: str) -> re.Pattern[str]:
    """How a missing right is told."""
    what = f"{right.operation} {right.kind} {grounds.prefix}{right.name}"
    command = (
        f"kafka-acls.sh --bootstrap-server {grounds.kafka.bootstrap} --add --allow-principal User:promostream-{who} "
        f"--operation {right.operation} --{right.kind} {grounds.prefix}{right.name}"
    )
    beginning = f"User:promostream-{who} may not {what}"
    return re.compile(f"{re.escape(beginning)}.*`{re.escape(command)}.*` grants it")


def refused(grounds: Grounds, role: str) -> str:
    """Why a worker of this role would not start; empty if it would."""
    try:
        require_topics(grounds.settings(role), topics_of(role), RIGHTS[role])
    except BrokerNotReady as error:
        return str(error)
    return ""


@pytest.mark.parametrize("role", ROLES)
def test_each_right_on_a_topic_or_group_is_asked_for_before_work_begins(grounds: Grounds, role: str) -> None:
    """Whichever of the table is taken away is the one that the line names."""
    wait_for(lambda: not refused(grounds, role), "all rights are there", 20)
    for right in RIGHTS[role]:
        if right.kind == "transactional-id":
            continue
        taken = grounds.revoke(role, right)
        wait_for(lambda r=right: told(r, grounds, role).match(refused(grounds, role)) is not None, str(right), 10)  # type: ignore[misc] # bound
        grounds.grant(taken)
        wait_for(lambda: not refused(grounds, role), f"{right} is there again", 10)


@pytest.mark.parametrize(
    ("who", "name", "right"),
    [
        ("operator", "check", Right("DescribeConfigs", "topic", MODELS)),
        ("operator", "publish", Right("Write", "topic", CLICKS)),
        ("operator", "explain", Right("Read", "topic", DECISIONS)),
        ("intake", "intake", Right("Write", "topic", USER_LOG)),
        ("decide", "decide", Right("Read", "group", "promostream-decide")),
    ],
)
def test_a_command_without_a_right_ends_in_one_line(grounds: Grounds, who: str, name: str, right: Right) -> None:
    """Exit code 3, nothing on standard output, no traceback."""
    grounds.revoke(who, right)
    wait_for(lambda: grounds.run(who, *ASKING[name][1]).returncode == BROKER, f"{name} is refused", 30)
    result = grounds.run(who, *ASKING[name][1])
    assert (result.returncode, result.stdout) == (BROKER, "")
    assert told(right, grounds, who).match(last_line(result))


def test_writing_control_without_the_right_is_one_line(grounds: Grounds) -> None:
    """What is found out by trying is told as what is asked before."""
    right = Right("Write", "topic", CONTROL)
    grounds.revoke("operator", right)
    result = grounds.run("operator", "campaigns", "apply", "deploy/examples/demo", "--reason", "test")
    assert result.returncode == BROKER
    assert told(right, grounds, "operator").search(last_line(result))


def test_a_worker_without_its_transactional_ids_says_so(grounds: Grounds, start: Start) -> None:
    """The broker does not tell of them before: the first partition that opens finds out, and the process ends."""
    right = Right("Write", "transactional-id", "promostream-decide-", prefixed=True)
    grounds.revoke("decide", right)
    worker = start(grounds, "decide")
    assert worker.process.wait(60) == INTERNAL, worker.said()
    assert "Traceback" not in worker.said()
    last = worker.said().splitlines()[-1]
    assert "User:promostream-decide may not Write transactional-id " in last
    assert "--operation Write --transactional-id " in last


@pytest.mark.parametrize(
    ("role", "right"),
    [
        ("decide", Right("Read", "topic", USER_LOG)),
        ("decide", Right("Write", "topic", TRIGGERS)),
        ("intake", Right("Write", "topic", USER_LOG)),
        ("learn", Right("Read", "group", "promostream-learn")),
    ],
)
def test_a_right_that_is_taken_from_a_running_worker_ends_it(
    grounds: Grounds, start: Start, role: str, right: Right
) -> None:
    """With the line that names the right, whether it was found missing by asking or by a write that was refused."""
    worker = start(grounds, role)
    wait_for(lambda: "works after" in worker.said(), f"{role} works: {worker.log}", 60)
    grounds.revoke(role, right)
    assert worker.process.wait(60) == INTERNAL, worker.said()
    last = worker.said().splitlines()[-1]
    assert last.startswith(f"promostream: {role}: ")
    assert told(right, grounds, role).search(last), worker.said()
    assert "Traceback" not in worker.said()


def test_rights_are_granted_by_the_administrator_alone(grounds: Grounds) -> None:
    """Once for all; again does nothing; who may not is told who does."""
    again = grounds.run("admin", "topics", "acls", "--apply")
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout == f"rights granted: 0; principals that have all they need: {len(RIGHTS)}\n"
    refused = grounds.run("operator", "topics", "acls", "--apply")
    assert (refused.returncode, refused.stdout) == (BROKER, "")
    assert last_line(refused).startswith("User:promostream-operator may not Describe and Alter the cluster")
