import os
import shlex
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from agents.access import granting
from agents.acls import principals, script
from agents.app import ROLES
from agents.rights import KEPT, MEANINGS, RIGHTS, Right, principal, topics_of
from agents.runtime.lanes import COMPARED
from agents.settings import Settings
from deploy.examples.delivery_service import service
from schemas.topics import TOPICS, TRIGGERS, USER_LOG

SCRIPT = Path(__file__).parents[4] / "deploy" / "acls.sh"
RECORDER = '#!/usr/bin/env bash\nprintf "%q " "$@" >> "$RECORD"\necho >> "$RECORD"\n'


def test_the_script_in_deploy_is_that_of_the_table() -> None:
    """To make it again: ``promostream topics acls > deploy/acls.sh``."""
    assert SCRIPT.read_text() == script(Settings(), principals({}))
    assert SCRIPT.stat().st_mode & 0o100


def rights_of(call: str) -> set[tuple[str, Right]]:
    """What one call of Kafka's tool grants, read as the tool does: each operation on each resource."""
    words = shlex.split(call)
    pairs = list(pairwise(words))
    who = next(value for word, value in pairs if word == "--allow-principal")
    operations = [value for word, value in pairs if word == "--operation"]
    kinds = ("topic", "group", "transactional-id")
    resources = [(word[2:], value) for word, value in pairs if word[2:] in kinds]
    prefixed = "prefixed" in words
    return {(who, Right(op, kind, name, prefixed)) for op in operations for kind, name in resources}  # type: ignore[arg-type] # as in the script


@pytest.mark.parametrize("prefix", ["", "shop-"])
def test_the_script_grants_exactly_the_table(tmp_path: Path, prefix: str) -> None:
    """Run with a tool that writes down how it is called."""
    tool, record, made = tmp_path / "kafka-acls.sh", tmp_path / "record", tmp_path / "acls.sh"
    tool.write_text(RECORDER)
    tool.chmod(0o755)
    made.write_text(script(Settings(topic_prefix=prefix), principals({"decide": "User:CN=decide,O=A Shop"})))
    told = {"KAFKA_ACLS": str(tool), "RECORD": str(record), "BOOTSTRAP_SERVERS": "b:1", "COMMAND_CONFIG": "c"}
    subprocess.run(["bash", str(made)], env=os.environ | told, check=True)
    calls = record.read_text().splitlines()
    assert all(call.startswith("--bootstrap-server b:1 --command-config c --add --force ") for call in calls)
    granted = set[tuple[str, Right]]().union(*map(rights_of, calls))
    names = principals({"decide": "User:CN=decide,O=A Shop"})
    wanted = {
        (names[who], right._replace(name=prefix + right.name)) for who, rights in RIGHTS.items() for right in rights
    }
    assert granted == wanted


def test_every_role_may_what_it_does() -> None:
    """It reads its topics and its group, and has no rights on topics that it does not use."""
    for role, reads in ROLES.items():
        assert {Right("Read", "topic", name) for name in reads} <= set(RIGHTS[role])
        assert Right("Read", "group", f"promostream-{role}") in RIGHTS[role]
        used = {right.name for right in RIGHTS[role] if right.operation in {"Read", "Write"}}
        looked_at = {USER_LOG} if role == "learn" else set[str]()  # where the log begins says which models are needed
        assert set(topics_of(role)) <= used | looked_at
    assert {Right("Read", "topic", name) for name in COMPARED} <= set(RIGHTS["decide"])


def test_nobody_may_more_than_the_table_of_topics_knows() -> None:
    """No wildcards; prefixes for transactional ids only; no role may create or delete; everybody has a meaning."""
    assert RIGHTS.keys() == MEANINGS.keys()
    for who, rights in RIGHTS.items():
        assert len(set(rights)) == len(rights), who
        assert {right.name for right in rights if right.kind == "topic"} <= TOPICS.keys()
        assert all(right.kind == "transactional-id" for right in rights if right.prefixed)
        assert not any("*" in right.name for right in rights)
        assert who == "operator" or not any(right.operation == "Create" for right in rights)
    for role, topic in KEPT.items():
        assert [who for who, rights in RIGHTS.items() if Right("Write", "topic", topic) in rights] == [role]


def test_the_delivery_service_may_what_the_example_does() -> None:
    """Its group is the example's, and it reads nothing but triggers."""
    rights = RIGHTS["delivery"]
    assert [right.name for right in rights if right.operation == "Read"] == [TRIGGERS, "delivery-service"]
    assert '"delivery-service"' in Path(service.__file__).read_text()


def test_a_missing_right_is_granted_by_the_command_that_is_told() -> None:
    """It can be copied as it stands."""
    right = Right("Write", "transactional-id", "promostream-decide-", prefixed=True)
    told = granting(Settings(bootstrap_servers="b:1", topic_prefix="x-"), principal("decide"), right)
    assert rights_of(told) == {("User:promostream-decide", right._replace(name="x-promostream-decide-"))}
    assert told.startswith("kafka-acls.sh --bootstrap-server b:1 --add ")
