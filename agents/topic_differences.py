"""How one topic should be, and how what the broker has differs from it."""

import msgspec
from confluent_kafka.admin import TopicMetadata

from agents.clients import LARGEST_MESSAGE
from agents.settings import Settings
from schemas.topics import Topic

LARGEST_EVENT = 1_048_588
"""Bytes of a message that the platform may send: Kafka's default; over 256 KB it ends in dead letters."""
CLOCK_BEHIND = 7 * 86_400_000
"""Milliseconds by which a broker's clock may be behind: by default it refuses messages an hour ahead of it."""
COMPACT_AFTER = 3_600_000
"""Milliseconds after which a compacted topic starts a new segment: only closed ones are compacted."""

EXACT = ("cleanup.policy", "message.timestamp.type")
AT_LEAST = ("retention.ms", "max.message.bytes")
UNLIMITED = -1


class Difference(msgspec.Struct, frozen=True):
    """One way in which the broker is not as the table says; ``topic`` is the broker's name of it."""

    topic: str
    what: str
    found: str
    wanted: str
    remedy: str

    @property
    def line(self) -> str:
        """What a person reads."""
        if self.what == "topic":
            return f"{self.topic} is {self.found}; {self.remedy}"
        return f"{self.topic}: {self.what} is {self.found} instead of {self.wanted}; {self.remedy}"


def topic_config(settings: Settings, topic: Topic) -> dict[str, str]:
    """The configuration with which the topic is created."""
    config = {
        "cleanup.policy": topic.cleanup,
        "retention.ms": str(topic.retention),
        "message.timestamp.type": topic.timestamps,
        "max.message.bytes": str(LARGEST_EVENT if topic.public_input else LARGEST_MESSAGE),
        "min.insync.replicas": str(max(1, settings.replication - 1)),
    }
    if topic.cleanup == "compact":
        config["segment.ms"] = str(COMPACT_AFTER)
    if topic.timestamps == "CreateTime":
        config["message.timestamp.after.max.ms"] = str(CLOCK_BEHIND)
    return config


def partition_count(settings: Settings, topic: Topic) -> int:
    """How many partitions the topic has."""
    return settings.partitions if topic.partitions == "log" else topic.partitions


def compare(settings: Settings, topic: Topic, found: TopicMetadata, config: dict[str, str]) -> list[Difference]:
    """Every difference of one topic that exists, its shape first."""
    return _shape(settings, topic, found) + _config(settings, topic, config)


def _shape(settings: Settings, topic: Topic, found: TopicMetadata) -> list[Difference]:
    name, count, wanted = settings.topic(topic.name), len(found.partitions), partition_count(settings, topic)
    differences = []
    if count != wanted and not topic.public_input:
        remedy = "delete it and run `promostream topics create`"
        if topic.partitions == "log":
            remedy = f"set PROMOSTREAM_PARTITIONS={count}, or start a new log under another PROMOSTREAM_TOPIC_PREFIX"
        differences.append(Difference(name, "the partition count", str(count), str(wanted), remedy))
    copies = min((len(partition.replicas) for partition in found.partitions.values()), default=0)
    if copies < settings.replication:
        remedy = "raise it with kafka-reassign-partitions.sh, or lower PROMOSTREAM_REPLICATION"
        differences.append(Difference(name, "the replication", str(copies), str(settings.replication), remedy))
    return differences


def _config(settings: Settings, topic: Topic, found: dict[str, str]) -> list[Difference]:
    name, wanted = settings.topic(topic.name), topic_config(settings, topic)
    wrong = [key for key in AT_LEAST if _limit(found[key]) < _limit(wanted[key])]
    wrong += [key for key in EXACT if found[key] != wanted[key] and not _is_free(topic, key)]
    tool = f"kafka-configs.sh --bootstrap-server {settings.bootstrap_servers} --alter --topic {name} --add-config"
    return [Difference(name, key, found[key], wanted[key], f"`{tool} {key}={wanted[key]}`") for key in wrong]


def _is_free(topic: Topic, key: str) -> bool:
    """Whether the platform decides this of a topic of its own."""
    return topic.public_input and key == "message.timestamp.type"


def _limit(value: str) -> float:
    return float("inf") if int(value) == UNLIMITED else int(value)
