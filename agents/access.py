"""Whether the broker lets us do what we are about to do; asked before, not found out by trying."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future, wait
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

from agents.errors import BrokerNotReady
from agents.identity import identity
from agents.rights import Right
from agents.settings import Settings

ANSWER_SECONDS = 8.0
LIBRARY_SECONDS = 60.0
"""librdkafka aborts the process when an answer about groups comes after its own timeout: the waiting is ours."""
DENIED = frozenset({
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
})  # fmt: skip
"""Errors that no waiting mends."""


def require_rights(client: AdminClient, settings: Settings, rights: Iterable[Right]) -> None:
    """Return only if we have these rights; on a broker without an authoriser everybody has all.

    Raises:
        BrokerNotReady: a right is missing; the line names it and the command that grants it.

    """
    missing = missing_rights(client, settings, rights)
    if missing:
        raise BrokerNotReady(refusal(settings, missing))


def missing_rights(
    client: AdminClient, settings: Settings, rights: Iterable[Right], seconds: float = ANSWER_SECONDS
) -> list[Right]:
    """Which of these rights we do not have, in their order. Of transactional ids the broker does not tell."""
    wanted = list(dict.fromkeys(rights))
    held = {
        "topic": _on_topics(client, settings, wanted, seconds),
        "group": _on_groups(client, settings, wanted, seconds),
    }
    return [right for right in wanted if right.kind in held and not _includes(held[right.kind], settings, right)]


def refusal(settings: Settings, missing: list[Right]) -> str:
    """The line about the first of them: who, which right, on what, and what grants it."""
    more = f" ({len(missing) - 1} more are missing: `promostream topics acls` prints all)" if len(missing) > 1 else ""
    who = identity(settings)
    return f"{who} may not {missing[0].words(settings)}; `{granting(settings, who, missing[0])}` grants it{more}"


def explained(settings: Settings, error: KafkaError, right: Right) -> str:
    """What an error means that came where this right is used: that it is missing, or the library's words."""
    return refusal(settings, [right]) if error.code() in DENIED else str(error.str())


def granting(settings: Settings, who: str, right: Right) -> str:
    """The command of Kafka's that grants a right."""
    pattern = " --resource-pattern-type prefixed" if right.prefixed else ""
    return (
        f"kafka-acls.sh --bootstrap-server {settings.bootstrap_servers} --add --allow-principal {who} "
        f"--operation {right.operation} --{right.kind} {right.resource(settings)}{pattern}"
    )


Held = dict[str, set[str] | None]
"""Operations allowed per name; None where the broker does not tell."""


def _on_topics(client: AdminClient, settings: Settings, rights: list[Right], seconds: float) -> Held:
    names = sorted({right.resource(settings) for right in rights if right.kind == "topic"})
    if not names:
        return {}
    topics = TopicCollection(names)
    asked = client.describe_topics(topics, include_authorized_operations=True, request_timeout=seconds)
    return _held(asked, seconds + 1)


def _on_groups(client: AdminClient, settings: Settings, rights: list[Right], seconds: float) -> Held:
    names = sorted({right.resource(settings) for right in rights if right.kind == "group"})
    if not names:
        return {}
    asked = client.describe_consumer_groups(
        names, include_authorized_operations=True, request_timeout=max(seconds, LIBRARY_SECONDS)
    )
    return _held(asked, seconds)


def _held(answers: Mapping[str, "Future[Any]"], seconds: float) -> Held:
    held: Held = {}
    wait(answers.values(), seconds)
    for name, answer in answers.items():
        try:
            allowed = answer.result(timeout=0).authorized_operations
        except TimeoutError:
            held[name] = None
        except KafkaException as error:
            held[name] = set() if error.args[0].code() in DENIED else None
        else:
            held[name] = None if allowed is None else {operation.name for operation in allowed}
    return held


def _includes(held: Held, settings: Settings, right: Right) -> bool:
    """Whether the right is among them. Of a topic that is not there the broker does not tell: that shows itself."""
    allowed = held[right.resource(settings)]
    return allowed is None or _NAMES[right.operation] in allowed


_NAMES = {
    "Read": "READ",
    "Write": "WRITE",
    "Create": "CREATE",
    "Describe": "DESCRIBE",
    "DescribeConfigs": "DESCRIBE_CONFIGS",
}
