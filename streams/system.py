"""The four folds joined by in-memory logs, in one process: for tests, ``replay``, and trying out without a broker."""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from schemas.campaigns import Campaign, ContactPolicy
from schemas.codec import decode_msgpack, encode_msgpack
from schemas.models import ModelSnapshot
from schemas.origins import Origin
from schemas.records import CampaignsActivated, LogOpened, Record
from schemas.topics import (
    CLOSED_DECISIONS,
    CONTROL,
    ENTITY_SIGHTINGS,
    FRAUD_SAMPLES,
    HANDOVERS,
    HOURLY_COUNTS,
    ITEM_CHOICES,
    MODELS,
    TOPICS,
    USER_LOG,
)
from streams.coordinate import Coordination
from streams.fold import DecideFold
from streams.folding import Fold, LogRecord, Output
from streams.fraud.rings.finding import RingFinding
from streams.intake.fold import IntakeFold, IntakeOutput, IntakeSettings, SourceRecord
from streams.intake.messages import Clock
from streams.intake.tokens import fingerprint
from streams.learn import ForecastLearning, FraudLearning, ItemLearning, LearnSettings, ResponseLearning
from streams.models.store import ModelStore
from streams.state import FoldSettings


class SystemSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the system is told; ``keep_log`` keeps every log record for tests."""

    token_key: bytes
    fold: FoldSettings
    partitions: int = 1
    clock: Clock = "source"
    epoch: str = "e1"
    learn: LearnSettings = msgspec.field(default_factory=LearnSettings)
    watermark_interval: int | None = None
    keep_log: bool = False


class Written(NamedTuple):
    """An output with the partition it was written to (None: any)."""

    partition: int | None
    output: Output


class System:
    """Intake, decide, learn and coordinate; everything that one writes reaches the others at once.

    Feed messages in time order; take what was written as it comes.
    """

    def __init__(
        self, settings: SystemSettings, campaigns: Iterable[Campaign] = (), policies: Iterable[ContactPolicy] = ()
    ) -> None:
        self.settings = settings
        self.models = ModelStore()
        self.intake = IntakeFold(
            IntakeSettings(
                token_key=settings.token_key,
                partitions=settings.partitions,
                clock=settings.clock,
                epoch=settings.epoch,
                watermark_interval=settings.watermark_interval,
            )
        )
        self.decide = [DecideFold(p, settings.fold, self.models) for p in range(settings.partitions)]
        self.response = ResponseLearning(settings.learn)
        self.fraud = FraudLearning(settings.learn)
        self.items = ItemLearning(settings.learn)
        self.forecast = ForecastLearning(settings.learn)
        self.coordination = Coordination()
        self.rings = RingFinding()
        self.logs: list[list[LogRecord]] = [[] for _ in range(settings.partitions)]
        self._readers: dict[str, tuple[Fold, ...]] = {
            CLOSED_DECISIONS: (self.response, self.coordination),
            FRAUD_SAMPLES: (self.fraud,),
            ITEM_CHOICES: (self.items,),
            HOURLY_COUNTS: (self.forecast,),
            ENTITY_SIGHTINGS: (self.rings,),
        }
        self._offsets: dict[str, int] = {}
        self._pending: deque[Written] = deque()
        self._taken: list[Written] = []
        self._now = 0
        self._open(tuple(campaigns), tuple(policies))

    def feed(self, topic: str, key: bytes, value: bytes, timestamp: int) -> None:
        """A message on an input topic or on ``control``, appended at ``timestamp`` (ms)."""
        self._now = max(self._now, timestamp)
        record = SourceRecord(self._next_offset(topic), timestamp, key, value)
        self._write_all(self.intake.fold(topic, 0, (record,), self._now))
        self._settle()

    def advance(self, to_ms: int) -> None:
        """Time passes: everything up to ``to_ms`` has been read, and timers due by then fire."""
        self._now = max(self._now, to_ms)
        self._write_all(self.intake.tick(self._now))
        self._settle()

    def finish(self, after: int = 0) -> None:
        """Let time pass, ``after`` ms beyond the last message, in steps of the watermark interval; closes windows."""
        end, step = self._now + after, self.settings.watermark_interval or 60_000
        while self._now < end:
            self.advance(min(self._now + step, end))
        self.advance(end)

    def take(self) -> list[Written]:
        """What was written to topics since the last call, in order."""
        taken, self._taken = self._taken, []
        return taken

    def counters(self) -> dict[str, int]:
        """Totals of all folds, summed over partitions."""
        totals: dict[str, int] = {}
        learning: tuple[Fold, ...] = (self.response, self.fraud, self.items, self.forecast)
        folds: list[Fold] = [*self.decide, *learning, self.coordination, self.rings]
        for counters in (self.intake.counters(), *(fold.counters() for fold in folds)):
            for name, count in counters.items():
                totals[name] = totals.get(name, 0) + count
        return totals

    def users(self) -> int:
        """Users with a profile."""
        return sum(len(fold.users) for fold in self.decide)

    def _open(self, campaigns: tuple[Campaign, ...], policies: tuple[ContactPolicy, ...]) -> None:
        settings = self.settings
        body = LogOpened(settings.epoch, settings.clock, settings.partitions, fingerprint(settings.token_key))
        for partition in range(settings.partitions):
            opened = Record(Origin("log", partition, 0), 0, "", body)
            self._append(partition, b"", encode_msgpack(opened))
        activated = CampaignsActivated(campaigns, policies, by="start", reason="given at start")
        control = Record(Origin("operator", 0, 0), 0, "", activated)
        self.feed(CONTROL, b"campaigns", encode_msgpack(control), 0)

    def _next_offset(self, topic: str) -> int:
        offset = self._offsets.get(topic, 0)
        self._offsets[topic] = offset + 1
        return offset

    def _write_all(self, outputs: Iterable[IntakeOutput]) -> None:
        self._pending.extend(_written(output) for output in outputs)

    def _settle(self) -> None:
        """Hand on what was written until nothing is left, in order of writing."""
        while self._pending:
            written = self._pending.popleft()
            self._pending.extend(self._handle(written))

    def _handle(self, written: Written) -> list[Written]:
        partition, output = written
        if output.topic == USER_LOG:
            return self._append(partition or 0, output.key, output.value)
        self._taken.append(written)
        if output.topic in (CONTROL, HANDOVERS):
            record = SourceRecord(self._next_offset(output.topic), self._now, output.key, output.value)
            return [_written(copy) for copy in self.intake.fold(output.topic, 0, (record,), self._now)]
        if output.topic == MODELS:
            self.models.add(decode_msgpack(output.value, ModelSnapshot))
        readers = self._readers.get(output.topic, ())
        return [written for fold in readers for written in self._run(fold, output.key, output.value, 0)]

    def _append(self, partition: int, key: bytes, value: bytes) -> list[Written]:
        fold = self.decide[partition]
        if self.settings.keep_log:
            self.logs[partition].append(LogRecord(fold.applied + 1, self._now, key, value))
        return self._run(fold, key, value, partition)

    def _run(self, fold: Fold, key: bytes, value: bytes, partition: int) -> list[Written]:
        outputs: list[Output] = []
        fold.fold((LogRecord(fold.applied + 1, self._now, key, value),), outputs)
        return [Written(partition if TOPICS[output.topic].partitions == "log" else 0, output) for output in outputs]


def _written(output: IntakeOutput) -> Written:
    return Written(output.partition, Output(output.topic, output.key, output.value, output.headers))
