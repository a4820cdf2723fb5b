"""What stands on a broker's topics, and what an offline fold makes of the log that stands there."""

from typing import Any, NamedTuple

from confluent_kafka import TopicPartition

from agents import clients
from agents.decide import fold_of
from agents.reading_back import read_partition
from agents.runtime.heads import decode_head
from agents.runtime.storage import KafkaStorage
from agents.settings import Settings
from schemas.codec import decode_msgpack, decode_record, encode_msgpack
from schemas.models import ModelSnapshot
from schemas.records import Body
from schemas.topics import INTAKE_SOURCES, MODELS, USER_LOG
from streams.fold import DecideFold
from streams.folding import LogRecord, ModelMissing, Output
from streams.models.store import ModelStore

Written = tuple[bytes, bytes, tuple[tuple[str, bytes], ...]]
"""Key, value and headers of a message."""


class Offline(NamedTuple):
    """An offline fold of one partition: the fold at the log's end and what it wrote, by topic."""

    fold: DecideFold
    outputs: dict[str, list[Written]]


class Stored(NamedTuple):
    """The last checkpoint of a partition: the fold's head and every entry's bytes; the entries of decide are users."""

    applied: int
    head: bytes
    users: dict[str, bytes]


def written(settings: Settings, topic: str, partition: int) -> list[Written]:
    """Every message of a partition, in order."""
    found: list[Written] = []
    for message in read_partition(settings, topic, partition):
        headers: Any = message.headers() or []
        found.append((message.key() or b"", message.value() or b"", tuple((name, value) for name, value in headers)))
    return found


def log_of(settings: Settings, partition: int, topic: str = USER_LOG) -> list[LogRecord]:
    """The whole log of a partition."""
    return [
        LogRecord(m.offset() or 0, m.timestamp()[1], m.key(), m.value() or b"")
        for m in read_partition(settings, topic, partition)
    ]


def bodies_of(settings: Settings) -> list[Body]:
    """What every record of the log says, partition by partition."""
    records = [record for partition in range(settings.partitions) for record in log_of(settings, partition)]
    return [decode_record(record.value).body for record in records]


def fold_offline(settings: Settings, partition: int, until: int | None = None) -> Offline:
    """Fold the log as it was written, with the models as they were published, without any runtime.

    ``until`` is the last offset that is folded, by default the log's last.
    """
    store = ModelStore()
    fold, outputs = fold_of(settings, store, USER_LOG, partition), list[Output]()
    log = [record for record in log_of(settings, partition) if until is None or record.offset <= until]
    snapshots = [decode_msgpack(value, ModelSnapshot) for _, value, _ in written(settings, MODELS, 0)]
    _fold_with_models(fold, log, outputs, store, snapshots)
    by_topic: dict[str, list[Written]] = {}
    for output in outputs:
        by_topic.setdefault(output.topic, []).append((output.key, output.value, output.headers))
    return Offline(fold, by_topic)


def _fold_with_models(
    fold: DecideFold, log: list[LogRecord], outputs: list[Output], store: ModelStore, snapshots: list[ModelSnapshot]
) -> None:
    """Fold to the end, giving the store, which holds few, each version as it is asked for."""
    while log and fold.applied < log[-1].offset:
        try:
            fold.fold(log, outputs)
        except ModelMissing:
            asked = [snapshot for snapshot in snapshots if (snapshot.name, snapshot.version) in store.missing()]
            if not asked:
                raise
            for snapshot in asked:
                store.add(snapshot)


def stored(settings: Settings, partition: int, role: str = "decide", topic: str = USER_LOG) -> Stored | None:
    """What the checkpoints topic holds of a partition of a role's log; None before its first checkpoint."""
    storage = KafkaStorage(settings, role, topic, partition, may_act=lambda: True)
    found = storage.read()
    storage.close()
    if found.head is None:
        return None
    head = decode_head(found.head)
    return Stored(head.applied, head.fold, {key.decode(): value for key, value in found.entries.items()})


def users_of(fold: DecideFold) -> dict[str, bytes]:
    """Every user's bytes."""
    return {token: encode_msgpack(user) for token, user in fold.users}


def ends(settings: Settings, topic: str, partitions: int) -> list[int]:
    """The offset after the last message of each partition."""
    reader = clients.consumer(settings, isolation_level="read_uncommitted")
    places = [TopicPartition(settings.topic(topic), partition) for partition in range(partitions)]
    found = [reader.get_watermark_offsets(place, timeout=10)[1] for place in places]
    reader.close()
    return found


def all_taken(settings: Settings) -> bool:
    """Whether intake has committed the end of every input partition: all that is there stands in the log."""
    reader = clients.consumer(settings, group_id=f"{settings.topic_prefix}promostream-intake")
    described = reader.list_topics(timeout=10).topics
    names = [settings.topic(topic) for topic in INTAKE_SOURCES]
    places = [TopicPartition(name, partition) for name in names for partition in described[name].partitions]
    committed = {(at.topic, at.partition): at.offset for at in reader.committed(places, timeout=10)}
    behind = [
        place
        for place in places
        if reader.get_watermark_offsets(place, timeout=10)[1] > max(committed[place.topic, place.partition], 0)
    ]
    reader.close()
    return not behind
