"""Checkpoints that no program reads: seen, and deleted once nobody is at work and nothing is lost by it."""

import json
import subprocess
from collections.abc import Callable

import pytest
from confluent_kafka import TopicPartition

from agents.clients import admin_client, consumer
from agents.creation import create_topics
from agents.errors import DONE, FOUND, REFUSED
from agents.runtime.heads import FORMAT, Head, encode_head
from agents.runtime.storage import KafkaStorage
from agents.runtime.transactions import Fenced
from agents.settings import Settings
from schemas.topics import FRAUD_SAMPLES, USER_LOG
from streams.learn import FraudLearning
from streams.state import VERSION, PartitionState, numerics
from tests.making.workers import wait_for

Promostream = Callable[..., subprocess.CompletedProcess[str]]
NEWER = PartitionState(version=VERSION + 1, numerics=numerics())


def kept(settings: Settings, role: str, log: str, fold: bytes, partition: int = 0) -> KafkaStorage:
    """A checkpoint with two entries as a worker leaves it; its owner."""
    storage = KafkaStorage(settings, role, log, partition, may_act=lambda: True)
    storage.fence()
    topic_id = storage.read().log.topic_id
    head = Head(FORMAT, topic_id, 0, {}, 1_793_498_281_500, fold, ended=True)
    storage.commit(encode_head(head), [(b"u1", b"\x90"), (b"u2", b"\x90")])
    return storage


@pytest.fixture
def owner(settings: Settings) -> KafkaStorage:
    """Topics, and a checkpoint of decide that a newer program wrote."""
    create_topics(settings)
    return kept(settings, "decide", USER_LOG, NEWER.encoded())


def test_an_unreadable_checkpoint_is_seen_and_deleted(owner: KafkaStorage, promostream: Promostream) -> None:
    """By the list; a dry run and no answer delete nothing; afterwards it is gone, and its owner shut out."""
    told = promostream("checkpoints", "list", "--json")
    assert told.returncode == FOUND
    (one,) = json.loads(told.stdout)
    assert (one["role"], one["log"], one["partition"], one["entries"], one["needed"]) == ("decide", USER_LOG, 0, 2, "")
    assert f"state version {VERSION + 1}" in one["unreadable"]
    for words in (["--dry-run"], []):
        asked = promostream("checkpoints", "delete", "--role", "decide", *words)
        assert (asked.returncode, "1 would be deleted" in asked.stdout) == (DONE, True)
        assert owner.read().head is not None
    done = promostream("checkpoints", "delete", "--role", "decide", "--yes")
    assert (done.returncode, done.stderr) == (DONE, "")
    assert "deleted 1 checkpoints with 2 entries" in done.stdout
    found = owner.read()
    assert (found.head, found.entries) == (None, {})
    with pytest.raises(Fenced):
        owner.commit(b"late", ())
    assert promostream("checkpoints", "list").stdout == "there are no checkpoints yet\n"


def test_a_checkpoint_whose_log_has_lost_its_beginning_stays(
    owner: KafkaStorage, settings: Settings, promostream: Promostream
) -> None:
    """Customers and their consent would be gone for good; of other logs that is told, and theirs to decide."""
    client, begins = admin_client(settings), TopicPartition(settings.topic(USER_LOG), 0, 1)
    for cut in client.delete_records([begins]).values():
        cut.result()
    refused = promostream("checkpoints", "delete", "--role", "decide", "--yes")
    assert refused.returncode == REFUSED
    assert "user-log/0 begins at offset 1: without its checkpoint it could never be folded again" in refused.stderr
    assert owner.read().head is not None


def test_nothing_is_deleted_while_a_worker_is_there(settings: Settings, promostream: Promostream) -> None:
    """It would write the checkpoint again; once it has left, the readable one may go too."""
    create_topics(settings)
    fold = FraudLearning()
    storage = kept(settings, "learn", FRAUD_SAMPLES, fold.cut())
    member = consumer(settings, group_id=f"{settings.topic_prefix}promostream-learn")
    member.subscribe([settings.topic(FRAUD_SAMPLES)])
    wait_for(lambda: member.poll(0.1) is None and bool(member.assignment()), "the member to be in the group")
    refused = promostream("checkpoints", "delete", "--role", "learn", "--yes")
    assert refused.returncode == REFUSED
    assert "a worker of learn is in the group" in refused.stderr
    assert storage.read().head is not None
    member.close()
    assert promostream("checkpoints", "delete", "--role", "learn", "--yes").returncode == DONE
    assert storage.read().head is None
