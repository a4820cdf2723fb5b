"""Topics made from the one table, and the log opened."""

import re
import time
from collections.abc import Callable
from typing import Literal

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, ClusterMetadata, NewTopic, TopicMetadata

from agents.access import explained, require_rights
from agents.admin import ANSWER_SECONDS, connect
from agents.control import read_held
from agents.errors import BrokerNotReady, Refused, WrongUse
from agents.input_topics import bind_inputs
from agents.log_opening import keep_opening, read_openings, write_openings
from agents.rights import OPENING, Right
from agents.settings import Settings
from agents.topic_differences import partition_count, topic_config
from schemas.records import LogOpened
from schemas.topics import CONTROL, TOPICS, USER_LOG, Topic
from streams.intake.tokens import fingerprint

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
    client, cluster = connect(settings)
    require_rights(client, settings, OPENING)
    opened = _compatible(settings, cluster, opening)
    missing = [topic for topic in TOPICS.values() if settings.topic(topic.name) not in cluster.topics]
    _create(client, missing, settings)
    patience = ANSWER_SECONDS if missing else 0.0
    _insist(lambda: keep_opening(settings, opening), patience)  # first, so that it is there as long as the log is
    _insist(lambda: bind_inputs(settings), patience)
    write_openings(settings, opening, sorted(set(range(settings.partitions)) - opened))
    return [settings.topic(topic.name) for topic in missing]


def _compatible(settings: Settings, cluster: ClusterMetadata, opening: LogOpened) -> set[int]:
    """The partitions of an existing log that are open already, and open in the same way."""
    name = settings.topic(USER_LOG)
    if name not in cluster.topics:
        return set()
    count = len(cluster.topics[name].partitions)
    if count != settings.partitions:
        problem = f"{name} has {count} partitions, not {settings.partitions}, and keeps them for good"
        raise Refused(f"{problem}; set PROMOSTREAM_PARTITIONS={count} or another PROMOSTREAM_TOPIC_PREFIX")
    openings = read_openings(settings, count)
    known = {f"{name}/{partition}": found for partition, found in openings.items() if found is not None}
    if openings and not known:
        known = {name: _kept(settings, cluster)}
    for place, found in known.items():
        _compare(place, found, opening)
    return set(openings)


def _kept(settings: Settings, cluster: ClusterMetadata) -> LogOpened:
    """The opening of a log whose own first records retention has removed."""
    found = read_held(settings).opening if settings.topic(CONTROL) in cluster.topics else None
    if found is None:
        problem = f"how {settings.topic(USER_LOG)} was opened is known neither from its first records nor from control"
        raise Refused(f"{problem}; start a new log under another PROMOSTREAM_TOPIC_PREFIX")
    return found


def _compare(place: str, found: LogOpened, opening: LogOpened) -> None:
    for field in LogOpened.__struct_fields__:
        held, asked = getattr(found, field), getattr(opening, field)
        if held != asked:
            problem = f"{place} was opened with {field} {held}, not {asked}"
            raise Refused(f"{problem}; use {held}, or start a new log under another PROMOSTREAM_TOPIC_PREFIX")


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
                right = Right("Create", "topic", name.removeprefix(settings.topic_prefix))
                why = explained(settings, error.args[0], right)
                raise BrokerNotReady(f"the broker did not create {name}: {why}") from error
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


def _insist(step: Callable[[], None], seconds: float) -> None:
    """Do it, again if need be: of several brokers some know new topics later than others."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return step()
        except BrokerNotReady:
            if time.monotonic() >= deadline:
                raise
        time.sleep(0.2)


def _is_led(topic: TopicMetadata) -> bool:
    return all(partition.leader >= 0 for partition in topic.partitions.values())
