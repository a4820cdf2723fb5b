"""Topics on the broker: compared with the one table, and demanded before anything runs."""

from collections.abc import Iterable

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, ClusterMetadata, ConfigResource, ResourceType

from agents.clients import connection
from agents.errors import BrokerNotReady, WrongUse
from agents.settings import Settings
from agents.topic_differences import Difference, compare
from schemas.topics import TOPICS, Topic

ANSWER_SECONDS = 8.0


def check_topics(settings: Settings, names: Iterable[str] = tuple(TOPICS)) -> list[Difference]:
    """How the broker's topics differ from the table, in its order; ``names`` are those of the table.

    The platform's own topics may have any partition count and timestamps; longer retention is never a difference.

    Raises:
        BrokerNotReady: no broker answers.

    """
    client, cluster = connect(settings)
    wanted = set(names)
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


def require_topics(settings: Settings, names: Iterable[str]) -> None:
    """Return only if these topics of the table are there and as needed.

    Raises:
        BrokerNotReady: they are not; the line names the first difference and how many more there are.

    """
    differences = check_topics(settings, names)
    if differences:
        more = f" (and {len(differences) - 1} more: `promostream topics check`)" if len(differences) > 1 else ""
        raise BrokerNotReady(differences[0].line + more)


def connect(settings: Settings) -> tuple[AdminClient, ClusterMetadata]:
    """A client and the topics that it finds.

    Raises:
        BrokerNotReady: no broker answers within 8 s.
        WrongUse: the settings of the connection do not hold.

    """
    problems: list[str] = []
    config = connection(settings) | {"log_level": 0}
    try:
        client = AdminClient(config, error_cb=lambda error: problems.append(error.str()))
    except KafkaException as error:  # librdkafka checks certificates and combinations of settings
        remedy = "see PROMOSTREAM_SECURITY_PROTOCOL, _SSL_CA_FILE and _SASL_*"
        raise WrongUse(f"no connection can be set up: {error.args[0].str()}; {remedy}") from error
    try:
        return client, client.list_topics(timeout=ANSWER_SECONDS)
    except KafkaException as error:
        client.poll(0)  # serves the callback
        reason = (problems[0] if problems else error.args[0].str()).split(" (after")[0]
        remedy = "start one (`python3 -m deploy.kafka start`) or set KAFKA_BOOTSTRAP_SERVERS"
        raise BrokerNotReady(f"no broker answers at {settings.bootstrap_servers} ({reason}); {remedy}") from error


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
