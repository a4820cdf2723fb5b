"""The table of rights as Kafka's own: a script for ``kafka-acls.sh``, or granted through an admin client."""

import shlex
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from agents.access import DENIED
from agents.errors import BrokerNotReady
from agents.identity import identity
from agents.rights import MEANINGS, RIGHTS, Kind, Operation, Right, principal
from agents.settings import Settings

HEAD = """\
#!/usr/bin/env bash
# Least rights on the broker: who reads and writes what, and nothing else.
# Made from the table in agents/rights.py by `promostream topics acls`; made again, not edited.
#
#   BOOTSTRAP_SERVERS=kafka:9093 COMMAND_CONFIG=admin.properties deploy/acls.sh
#
# KAFKA_ACLS: Kafka's tool (default: kafka-acls.sh on the path). COMMAND_CONFIG: how its administrator connects.
# Principals that are called otherwise, and topics with a prefix: `promostream topics acls --help`.
set -euo pipefail
: "${BOOTSTRAP_SERVERS:?set it to the address of a broker}"

grant() {
  "${KAFKA_ACLS:-kafka-acls.sh}" --bootstrap-server "$BOOTSTRAP_SERVERS" \\
    ${COMMAND_CONFIG:+--command-config "$COMMAND_CONFIG"} --add --force "$@"
}
"""

_OPERATIONS: dict[Operation, AclOperation] = {
    "Read": AclOperation.READ,
    "Write": AclOperation.WRITE,
    "Create": AclOperation.CREATE,
    "Describe": AclOperation.DESCRIBE,
    "DescribeConfigs": AclOperation.DESCRIBE_CONFIGS,
}
_KINDS: dict[Kind, ResourceType] = {
    "topic": ResourceType.TOPIC,
    "group": ResourceType.GROUP,
    "transactional-id": ResourceType.TRANSACTIONAL_ID,
}


def principals(given: Mapping[str, str]) -> dict[str, str]:
    """Everybody of the table with the principal's name, ``given`` ones first."""
    return {who: given.get(who, principal(who)) for who in RIGHTS}


def script(settings: Settings, names: Mapping[str, str]) -> str:
    """A shell script that grants the rights of those named; a call of Kafka's tool for each set of operations."""
    parts = [f"\n# {MEANINGS[who]}\n" + "".join(_calls(settings, who, name)) for who, name in names.items()]
    return HEAD + "".join(parts)


def _calls(settings: Settings, who: str, name: str) -> Iterable[str]:
    operations: dict[Right, list[Operation]] = {}
    for right in RIGHTS[who]:
        operations.setdefault(right._replace(operation="Read"), []).append(right.operation)
    together = sorted(operations, key=lambda at: (at.kind != "topic", at.kind, operations[at]))
    for (kind, prefixed, allowed), group in groupby(together, lambda at: (at.kind, at.prefixed, tuple(operations[at]))):
        words = ["grant", "--allow-principal", shlex.quote(name)]
        words += [f"--operation {operation}" for operation in allowed]
        words += [f"--{kind} {shlex.quote(at.resource(settings))}" for at in group]
        words += ["--resource-pattern-type prefixed"] * prefixed
        yield " ".join(words) + "\n"


def bindings(settings: Settings, who: str, name: str) -> dict[Right, AclBinding]:
    """Somebody's rights as the admin client knows them, each from any host."""
    return {right: _binding(settings, right, name) for right in RIGHTS[who]}


def _binding(settings: Settings, right: Right, name: str) -> AclBinding:
    pattern = ResourcePatternType.PREFIXED if right.prefixed else ResourcePatternType.LITERAL
    kind, operation = _KINDS[right.kind], _OPERATIONS[right.operation]
    return AclBinding(kind, right.resource(settings), pattern, name, "*", operation, AclPermissionType.ALLOW)


def apply(client: AdminClient, settings: Settings, names: Mapping[str, str]) -> list[str]:
    """Grant what is not granted yet; what that was, a line for each. What others have granted besides stays.

    Raises:
        BrokerNotReady: the broker has no authoriser, or does not let us.

    """
    try:
        held = set(client.describe_acls(_ANY, request_timeout=30).result())
        asked = [(name, *pair) for who, name in names.items() for pair in bindings(settings, who, name).items()]
        missing = [(name, right, binding) for name, right, binding in asked if binding not in held]
        granting = [binding for _, _, binding in missing]
        for granted in (client.create_acls(granting, request_timeout=30) if granting else {}).values():
            granted.result()
    except KafkaException as error:
        raise BrokerNotReady(_why(settings, error)) from error
    return [f"{name} may {right.words(settings)}" for name, right, _ in missing]


ANYTHING: Any = None
"""What the library's hints do not know of a filter."""
_ANY = AclBindingFilter(
    ResourceType.ANY,
    ANYTHING,
    ResourcePatternType.ANY,
    ANYTHING,
    ANYTHING,
    AclOperation.ANY,
    AclPermissionType.ANY,
)


def _why(settings: Settings, error: KafkaException) -> str:
    if error.args[0].code() in DENIED:
        remedy = "do it as the broker's administrator (one of its super.users), or give him the printed script"
        return f"{identity(settings)} may not Describe and Alter the cluster, which granting takes; {remedy}"
    return f"the broker does not take the rights: {error.args[0].str()}; does it have an authorizer.class.name?"
