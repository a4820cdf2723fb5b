"""Topics on the broker: made from the one table, compared with it, and demanded before anything runs."""

import re
import time
from collections.abc import Iterable
from typing import Literal

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, ClusterMetadata, ConfigResource, NewTopic, ResourceType, TopicMetadata

from agents.clients import connection
from agents.errors import BrokerNotReady, Refused, WrongUse
from agents.log_opening import read_openings, write_openings
from agents.settings import Settings
from agents.topic_differences import Difference, compare, partition_count, topic_config
from schemas.records import LogOpened
from schemas.topics import TOPICS, USER_LOG, Topic
from streams.intake.tokens import fingerprint

ANSWER_SECONDS = 8.0
Clock = Literal["arrival", "source"]


def create_topics(settings: Settings, epoch: str = "e1", clock: Clock = "arrival") -> list[str]:
    """Create what is missing of the table, open every empty partition of ``user-log``; the created topics.

    A second run changes nothing. Existing topics are left as they are: ``check_topics`` compares them.

    Raises:
        BrokerNotReady: no broker answers, or it refuses a topic.
        Refused: the log is open under another epoch, clock, size or token key. Nothing has been created then.
        WrongUse: the token key is missing or malformed, or the epoch is not letters and digits.

    """
    if re.fullmatch("[a-z0-9]+", epoch) is None:
        raise WrongUse(f"epoch {epoch!r}: ids contain it; use small letters and digits, such as e1")
    opening = LogOpened(epoch, clock, settings.partitions, fingerprint(settings.tokens().value))
    client, cluster = _connect(settings)
    log = cluster.topics.get(settings.topic(USER_LOG))
    opened = _compatible(settings, log, opening) if log else set()
    missing = [topic for topic in TOPICS.values() if settings.topic(topic.name) not in cluster.topics]
    _create(client, missing, settings)
    write_openings(settings, opening, sorted(set(range(settings.partitions)) - opened))
    return [settings.topic(topic.name) for topic in missing]


def check_topics(settings: Settings, names: Iterable[str] = tuple(TOPICS)) -> list[Difference]:
    """How the broker's topics differ from the table, in its order; ``names`` are those of the table.

    The platform's own topics may have any partition count and timestamps; longer retention is never a difference.

    Raises:
        BrokerNotReady: no broker answers.

    """
    client, cluster = _connect(settings)
    topics = [TOPICS[name] for name in names]
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


def _connect(settings: Settings) -> tuple[AdminClient, ClusterMetadata]:
    problems: list[str] = []
    client = AdminClient(connection(settings) | {"log_level": 0}, error_cb=lambda error: problems.append(error.str()))
    try:
        return client, client.list_topics(timeout=ANSWER_SECONDS)
    except KafkaException as error:
        client.poll(0)  # serves the callback
        reason = (problems[0] if problems else error.args[0].str()).split(" (after")[0]
        remedy = "start one (`python3 -m deploy.kafka start`) or set KAFKA_BOOTSTRAP_SERVERS"
        raise BrokerNotReady(f"no broker answers at {settings.bootstrap_servers} ({reason}); {remedy}") from error


def _compatible(settings: Settings, log: TopicMetadata, opening: LogOpened) -> set[int]:
    """The partitions of an existing log that are open already, and open in the same way."""
    name = settings.topic(USER_LOG)
    if len(log.partitions) != settings.partitions:
        problem = f"{name} has {len(log.partitions)} partitions, not {settings.partitions}, and keeps them for good"
        raise Refused(
            f"{problem}; set PROMOSTREAM_PARTITIONS={len(log.partitions)} or another PROMOSTREAM_TOPIC_PREFIX"
        )
    openings = read_openings(settings, len(log.partitions))
    for partition, found in openings.items():
        for field in LogOpened.__struct_fields__ if found else ():
            if getattr(found, field) != getattr(opening, field):
                held, asked = getattr(found, field), getattr(opening, field)
                problem = f"{name}/{partition} was opened with {field} {held}, not {asked}"
                raise Refused(f"{problem}; use {held}, or start a new log under another PROMOSTREAM_TOPIC_PREFIX")
    return set(openings)


def _create(client: AdminClient, topics: list[Topic], settings: Settings) -> None:
    new = [
        NewTopic(
            settings.topic(topic.name),
            num_partitions=partition_count(settings, topic),
            replication_factor=settings.replication,
            config=topic_config(settings, topic),
        )
        for topic in topics
    ]
    for name, created in (client.create_topics(new, request_timeout=30) if new else {}).items():
        try:
            created.result()
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise BrokerNotReady(f"the broker did not create {name}: {error.args[0].str()}") from error
    _await(client, [topic.topic for topic in new])


def _await(client: AdminClient, names: list[str]) -> None:
    """Wait until the broker's metadata shows the topics with a leader for each partition."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        topics = client.list_topics(timeout=ANSWER_SECONDS).topics
        if all(name in topics and _is_led(topics[name]) for name in names):
            return
        time.sleep(0.05)
    raise BrokerNotReady("the broker created the topics but shows no leaders for them; see the broker's log")


def _is_led(topic: TopicMetadata) -> bool:
    return all(partition.leader >= 0 for partition in topic.partitions.values())


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
