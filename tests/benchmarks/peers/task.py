"""What every peer does, whatever its library: the decision core, one fold per partition, and what must not be lost.

A peer is told by ``PROMOSTREAM_*`` like a worker; its topics and groups have a prefix of their own, the log and the
models stand under ``BENCH_LOG_PREFIX``. It says on standard output how many events it has folded.
"""

import os
import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from msgspec import structs

from agents.reading_back import read_partition
from agents.settings import Settings, read_settings
from schemas.codec import decode_msgpack, encode_msgpack
from schemas.models import ModelSnapshot
from schemas.topics import (
    CLOSED_DECISIONS,
    DEAD_LETTERS,
    DECISIONS,
    ENTITY_SIGHTINGS,
    FRAUD_ALERTS,
    FRAUD_SAMPLES,
    HOURLY_COUNTS,
    ITEM_CHOICES,
    MODELS,
    TOPICS,
    TRIGGERS,
    USER_LOG,
)
from streams.fold import DecideFold
from streams.folding import LogRecord, Output
from streams.models.store import ModelStore
from streams.state import FoldSettings
from streams.users import Entry

EVERY = 100_000
"""Model versions that are held while measuring: the log is folded again and again."""

LOG_PREFIX = "BENCH_LOG_PREFIX"
INTERNAL = (CLOSED_DECISIONS, FRAUD_SAMPLES, ENTITY_SIGHTINGS, ITEM_CHOICES, HOURLY_COUNTS)
WRITTEN = (TRIGGERS, DECISIONS, FRAUD_ALERTS, *INTERNAL, DEAD_LETTERS)
"""The topics that the fold of ``decide`` writes."""
REPORT_EVERY = 200
AT_ONCE = 1_000
"""Users encoded at once: more than one record can change by itself and the timers that fire before it."""


class Task(NamedTuple):
    """A log to fold: ``settings`` are the peer's own, ``source`` those of the log; ``folder`` is for local state."""

    settings: Settings
    source: Settings
    folder: Path

    @property
    def log(self) -> str:
        """The topic to read."""
        return self.source.topic(USER_LOG)

    def topics(self) -> dict[str, str]:
        """The broker's names of the topics to write, by name of the table."""
        return {name: self.settings.topic(name) for name in WRITTEN}


def read_task() -> Task:
    """The task that the environment names."""
    settings = read_settings()
    source = structs.replace(settings, topic_prefix=os.environ[LOG_PREFIX])
    return Task(settings, source, Path(settings.data_dir))


def make_folds(task: Task) -> list[DecideFold]:
    """The folds of ``decide``, one per partition, with the models that the log will activate."""
    store, told = ModelStore(EVERY, EVERY), FoldSettings(coupon_key=task.settings.coupons().value)
    for message in read_partition(task.source, MODELS, 0):
        store.add(decode_msgpack(message.value() or b"", ModelSnapshot))
    return [DecideFold(partition, told, store) for partition in range(task.settings.partitions)]


def fold_all(fold: DecideFold, records: Sequence[LogRecord]) -> list[Output]:
    """Fold some records; what is to be written."""
    outputs: list[Output] = []
    fold.fold(records, outputs)
    return outputs


def changed_users(fold: DecideFold) -> list[Entry]:
    """The users that changed since the last call, encoded; None for one that left."""
    fold.users.cut()
    entries: list[Entry] = []
    while some := fold.users.encode_frozen(AT_ONCE):
        entries += some
    fold.users.settle()
    return entries


def clock_of(fold: DecideFold) -> bytes:
    """What a partition knows besides users and without which a restart would count repeats and fire timers early.

    Campaigns, models and counters are left out, in the peer's favour.
    """
    state = fold.state
    return encode_msgpack((state.now, state.origins, state.watermarks, state.orders, state.order_amounts))


def partition_of(output: Output, partition: int) -> int:
    """Where an output of this partition of the log goes."""
    count = TOPICS[output.topic].partitions
    return partition if count == "log" else partition % count


class Progress:
    """Says now and then how many events the folds have folded."""

    def __init__(self, folds: list[DecideFold]) -> None:
        self._folds = folds
        self._unsaid = 0

    def folded(self, records: int = 1) -> None:
        """So many records more were folded."""
        self._unsaid += records
        if self._unsaid >= REPORT_EVERY:
            self._unsaid = 0
            counted = chain.from_iterable(fold.counters().items() for fold in self._folds)
            sys.stdout.write(f"{sum(number for name, number in counted if name == 'records_total|decide|e')}\n")
            sys.stdout.flush()
