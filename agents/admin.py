"""Topics on the broker: compared with the one table, and demanded before anything runs."""

import time
from collections.abc import Iterable

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, ClusterMetadata, ConfigResource, ResourceType

from agents.access import require_rights
from agents.clients import connection, log
from agents.errors import BrokerNotReady, WrongUse
from agents.rights import Right, checking
from agents.security import TLS, tls_context
from agents.settings import Settings
from agents.topic_differences import Difference, compare
from agents.unreachable import Problem, explain, is_lasting
from schemas.topics import TOPICS, Topic

ANSWER_SECONDS = 8.0
LOOK_SECONDS = 1.0


def check_topics(
    settings: Settings, names: Iterable[str] = tuple(TOPICS), rights: Iterable[Right] = ()
) -> list[Difference]:
    """How the broker's topics differ from the table, in its order; ``names`` are those of the table.

    The platform's own topics may have any partition count and timestamps; longer retention is never a difference.

    Raises:
        BrokerNotReady: no broker answers, or it does not allow this, or one of ``rights``.

    """
    client, cluster = connect(settings)
    wanted = set(names)
    require_rights(client, settings, (*rights, *checking(sorted(wanted))))
    topics = [topic for topic in TOPICS.values() if topic.name in wanted]
    configs = _read_configs(client, [settings.topic(topic.name) for topic in topics if _on(cluster, topic, settings)])
    found: list[Difference] = []
    for topic in topics:
        name = settings.topic(topic.name)
        if name in cluster.topics:
            found += compare(settings, topic, cluster.topics[name], configs[name])
        else:
            found.append(Difference(name, "topic", "missing", "present", "`promostream topics create` makes it"))
    return found


def require_topics(settings: Settings, names: Iterable[str], rights: Iterable[Right] = ()) -> None:
    """Return only if these topics of the table are there and as needed, and these rights are ours.

    Raises:
        BrokerNotReady: they are not; the line names the first difference and how many more there are.

    """
    differences = check_topics(settings, names, rights)
    if differences:
        more = f" (and {len(differences) - 1} more: `promostream topics check`)" if len(differences) > 1 else ""
        raise BrokerNotReady(differences[0].line + more)


def connect(settings: Settings) -> tuple[AdminClient, ClusterMetadata]:
    """A client and the topics that it finds.

    Raises:
        BrokerNotReady: no broker answers within 8 s, or it refuses us.
        WrongUse: the settings of the connection do not hold.

    """
    if settings.security_protocol in TLS:
        tls_context(settings)  # its errors name the file
    problems: list[Problem] = []

    def note(error: KafkaError) -> None:
        problems.append(Problem(error.code(), error.str()))

    try:
        client = AdminClient(connection(settings) | {"log_level": 0}, error_cb=note, logger=log)
    except KafkaException as error:  # librdkafka checks combinations of settings
        remedy = "see PROMOSTREAM_SECURITY_PROTOCOL, _SSL_CA_FILE and _SASL_*"
        raise WrongUse(f"no connection can be set up: {error.args[0].str()}; {remedy}") from None
    return client, _list_topics(client, settings, problems)


def _list_topics(client: AdminClient, settings: Settings, problems: list[Problem]) -> ClusterMetadata:
    """The topics; what waiting does not mend ends the wait."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while True:
        try:
            return client.list_topics(timeout=LOOK_SECONDS)
        except KafkaException as error:
            client.poll(0)  # serves the callback
            if time.monotonic() > deadline or is_lasting(settings, problems):
                raise BrokerNotReady(explain(settings, problems, error.args[0].str())) from None


def _on(cluster: ClusterMetadata, topic: Topic, settings: Settings) -> bool:
    return settings.topic(topic.name) in cluster.topics


def _read_configs(client: AdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    resources = [ConfigResource(ResourceType.TOPIC, name) for name in names]
    answers = client.describe_configs(resources, request_timeout=ANSWER_SECONDS) if resources else {}
    try:
        return {
            resource.name: {name: str(entry.value) for name, entry in answer.result().items()}
            for resource, answer in answers.items()
        }
    except KafkaException as error:
        raise BrokerNotReady(f"the broker does not tell its topics' configuration: {error.args[0].str()}") from error
