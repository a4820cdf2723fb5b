"""The checkpoints that a role keeps: what is in them, whether this program reads them, and how to be rid of them.

Blocking: for commands.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import wait
from typing import TypeVar

import msgspec
from confluent_kafka import ConsumerGroupState, KafkaException

from agents.access import LIBRARY_SECONDS
from agents.clients import admin_client
from agents.errors import BrokerNotReady, Refused
from agents.runtime.heads import Head, decode_head
from agents.runtime.storage import Found, KafkaStorage
from agents.runtime.transactions import CommitFailed, Fenced
from agents.settings import Settings
from schemas.topics import (
    CLOSED_DECISIONS,
    ENTITY_SIGHTINGS,
    FRAUD_SAMPLES,
    HOURLY_COUNTS,
    ITEM_CHOICES,
    TOPICS,
    USER_LOG,
)
from streams.coordinate import Coordination
from streams.fold import DecideFold
from streams.folding import Fold, Refusal
from streams.fraud.rings.finding import RingFinding
from streams.learn import ForecastLearning, FraudLearning, ItemLearning, ResponseLearning
from streams.models.store import ModelStore
from streams.state import FoldSettings

FOLDS: Mapping[str, Mapping[str, Callable[[], Fold]]] = {
    "decide": {USER_LOG: lambda: DecideFold(0, FoldSettings(coupon_key=b""), ModelStore())},
    "learn": {
        CLOSED_DECISIONS: ResponseLearning,
        FRAUD_SAMPLES: FraudLearning,
        ITEM_CHOICES: ItemLearning,
        HOURLY_COUNTS: ForecastLearning,
    },
    "coordinate": {CLOSED_DECISIONS: Coordination, ENTITY_SIGHTINGS: RingFinding},
}
"""By role and log, who reads its checkpoints."""

T = TypeVar("T")
ANSWER_SECONDS = 8.0
AT_REST = (ConsumerGroupState.EMPTY, ConsumerGroupState.DEAD)


class Kept(msgspec.Struct, frozen=True):
    """One partition's checkpoint. ``applied``: the last offset in it; the log has ``log_begins`` to ``log_ends``.

    ``written_at`` in ms. ``unreadable``: why this program cannot go on from it; ``needed``: why it cannot be deleted.
    """

    role: str
    log: str
    partition: int
    applied: int
    log_begins: int
    log_ends: int
    entries: int
    bytes: int
    written_at: int
    unreadable: str = ""
    needed: str = ""


def survey(settings: Settings, role: str) -> Iterator[Kept]:
    """The checkpoints of a role; partitions without one are left out.

    Raises:
        BrokerNotReady: the broker does not answer.

    """
    for log in FOLDS[role]:
        for partition in range(settings.partitions if TOPICS[log].partitions == "log" else 1):
            storage = KafkaStorage(settings, role, log, partition, may_act=lambda: True)
            found = _asked(storage.read)
            if found.head is not None or found.entries:
                yield describe(role, log, partition, found)


def describe(role: str, log: str, partition: int, found: Found) -> Kept:
    """What a checkpoint is and what follows from it."""
    head, unreadable = _read(FOLDS[role][log](), found)
    begins, whole = found.log.low, TOPICS[log].partitions == "log"
    gone = f"{log}/{partition} begins at offset {begins}: without its checkpoint it could never be folded again"
    return Kept(
        role=role,
        log=log,
        partition=partition,
        applied=-1 if head is None else head.applied,
        log_begins=begins,
        log_ends=found.log.end,
        entries=len(found.entries),
        bytes=len(found.head or b"") + sum(len(key) + len(value) for key, value in found.entries.items()),
        written_at=0 if head is None else head.written_at,
        unreadable=unreadable,
        needed=gone if whole and begins > 0 else "",
    )


def require_rest(settings: Settings, role: str) -> None:
    """Return only if no worker of the role is there: it would write the checkpoint again.

    Raises:
        Refused: one is.
        BrokerNotReady: the broker does not tell.

    """
    group = f"{settings.topic_prefix}promostream-{role}"
    client = admin_client(settings)  # by name: an answer never comes to a client that is gone
    answer = client.describe_consumer_groups([group], request_timeout=LIBRARY_SECONDS)[group]
    wait([answer], ANSWER_SECONDS)
    try:
        found = answer.result(timeout=0)
    except (KafkaException, TimeoutError) as error:
        raise BrokerNotReady(f"the broker does not tell who is in the group {group}; try again") from error
    if found.state not in AT_REST:
        many = f"{len(found.members)} workers of {role} are" if len(found.members) > 1 else f"a worker of {role} is"
        raise Refused(f"{many} in the group {group}; stop all of them with SIGTERM first (a killed one leaves later)")


def delete(settings: Settings, kept: Kept) -> int:
    """Delete a checkpoint, all of it or nothing; the number of its entries. Whoever wrote it can write no more.

    Raises:
        BrokerNotReady: it is not known whether it is gone; look again.

    """
    storage = KafkaStorage(settings, kept.role, kept.log, kept.partition, may_act=lambda: True)
    _asked(storage.fence)
    found = _asked(storage.read)
    _asked(lambda: storage.remove(found.entries))
    storage.close()
    return len(found.entries)


def _read(fold: Fold, found: Found) -> tuple[Head | None, str]:
    if found.head is None:
        return None, "it has entries and no head"
    try:
        head = decode_head(found.head)
        fold.restore(head.fold, found.entries.items())
    except Refusal as refusal:
        return _head(found.head), refusal.problem
    except Exception as error:  # noqa: BLE001 - as where a worker opens it: another version's bytes may raise anything
        return _head(found.head), f"it cannot be read by this version ({type(error).__name__}: {error})"
    return head, ""


def _head(data: bytes) -> Head | None:
    try:
        return decode_head(data)
    except Refusal:
        return None


def _asked(call: Callable[[], T]) -> T:
    try:
        return call()
    except (KafkaException, CommitFailed, Fenced) as error:
        raise BrokerNotReady(f"the checkpoints cannot be reached: {error}") from error
