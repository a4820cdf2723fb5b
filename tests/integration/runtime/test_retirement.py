"""Old model versions leave ``models`` when, and only when, the log has passed the place where they were in force."""

from confluent_kafka import TopicPartition
from msgspec.structs import replace

from agents.clients import admin_client
from agents.retirement import Retirement
from agents.runtime.heads import FORMAT, Head, encode_head
from agents.runtime.storage import KafkaStorage
from agents.settings import Settings
from schemas.codec import encode_msgpack
from schemas.models import version_of
from schemas.topics import MODELS, USER_LOG
from streams.state import ActiveModel, PartitionState, numerics
from tests.making.memory_kafka import Sent
from tests.making.models import snapshot
from tests.making.owners import read, write

PARTITIONS = 2


def checkpoint(kafka: Settings, partition: int, applied: int, version: int) -> None:
    """What a decide partition writes that has folded so far and scores with this purchase model."""
    state = PartitionState(numerics=numerics(), models={"purchase": ActiveModel(version, "")})
    head = Head(FORMAT, "id", applied, {}, 0, state.encoded())
    storage = KafkaStorage(kafka, "decide", USER_LOG, partition, may_act=lambda: True)
    storage.fence()
    storage.commit(encode_head(head), [(b"u%d" % number, b"") for number in range(40)])
    storage.close()


def begin_log(kafka: Settings, partition: int, first: int) -> None:
    """Retention passes: the log of a partition begins at this offset."""
    admin = admin_client(kafka)  # it must live until the answer is there
    for deleted in admin.delete_records([TopicPartition(kafka.topic(USER_LOG), partition, first)]).values():
        deleted.result()


def left(kafka: Settings) -> set[int]:
    """The versions that stand on ``models``, once compaction has done its work."""
    latest = {sent.key: sent.value for _, sent in read(kafka, MODELS, 0)}
    return {found[1] for key, value in latest.items() if (found := version_of(key)) is not None and value}


def test_versions_leave_when_the_log_is_past_them(kafka: Settings) -> None:
    """Not while a partition's log still begins where they scored; whoever looks next knows what the last one noted."""
    kafka = replace(kafka, partitions=PARTITIONS)
    for partition in range(PARTITIONS):
        write(kafka, USER_LOG, [Sent(b"", b"", ())] * 30, partition)
    published = [snapshot(version) for version in range(1, 6)]
    write(kafka, MODELS, [Sent(m.key.encode(), encode_msgpack(m), ()) for m in published], 0)
    assert Retirement(kafka, lambda: True).look() == []  # no checkpoint proves anything yet
    checkpoint(kafka, 0, 10, 4)
    checkpoint(kafka, 1, 12, 3)
    assert Retirement(kafka, lambda: True).look() == []  # 3 is in force by offset 10 and 12
    checkpoint(kafka, 0, 25, 5)
    checkpoint(kafka, 1, 26, 5)
    begin_log(kafka, 0, 11)
    begin_log(kafka, 1, 12)
    looks = Retirement(kafka, lambda: True)
    assert looks.look() == []  # the second partition's log still begins at 12
    begin_log(kafka, 1, 13)
    assert looks.look() == [("purchase", 1), ("purchase", 2)]
    assert left(kafka) == {3, 4, 5}
    assert looks.look() == []
    begin_log(kafka, 0, 30)
    begin_log(kafka, 1, 30)
    assert Retirement(kafka, lambda: True).look() == [("purchase", 3), ("purchase", 4)]
    assert left(kafka) == {5}


def test_what_was_not_written_is_written_at_the_next_look(kafka: Settings) -> None:
    """A milestone stands on the topic until its effect has been seen there, so a lost tombstone comes again."""
    kafka = replace(kafka, partitions=PARTITIONS)
    for partition in range(PARTITIONS):
        write(kafka, USER_LOG, [Sent(b"", b"", ())] * 3, partition)
        checkpoint(kafka, partition, 1, 2)
        begin_log(kafka, partition, 2)
    one = snapshot(1)
    write(kafka, MODELS, [Sent(one.key.encode(), encode_msgpack(one), ())], 0)
    assert Retirement(kafka, lambda: True).look() == [("purchase", 1)]
    looks = Retirement(kafka, lambda: True)
    looks.look()
    looks._offsets[one.name, 1] = 0  # as if its tombstone had not come through
    assert looks.look() == [("purchase", 1)]
