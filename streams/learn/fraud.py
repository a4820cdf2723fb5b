"""Fraud samples become an isolation forest, fitted again now and then on a bounded sample of the stream."""

from collections.abc import Iterable
from math import isfinite

import msgspec

from schemas.fraud import FraudSample
from schemas.models import Array, ModelSnapshot
from schemas.origins import Origin
from schemas.topics import FRAUD_SAMPLES
from streams.features import catalogue
from streams.folding import Output
from streams.fraud.forest import ALGORITHM
from streams.ids import unit_interval
from streams.learn.forests import Fit, arrays, fit, plan
from streams.learn.publishing import publish
from streams.learn.reservoir import Reservoir
from streams.learn.settings import LearnSettings
from streams.ledger import Ledger, decode_head, encode_head
from streams.models.snapshots import seal
from streams.topic_fold import TopicFold

FRAUD = "fraud"
TRAINS = "fraud_sample"
"""What a sample counts as that trains."""


class _State(msgspec.Struct, array_like=True):
    """The partition head; the reservoir's rows are its entries."""

    ledger: Ledger = msgspec.field(default_factory=Ledger)
    kept: int = 0


class FraudLearning(TopicFold[FraudSample]):
    """Fold of ``fraud-samples``/0 (see ``streams.folding.Fold``).

    A sample whose risk reaches ``quarantine`` trains nothing, so that abusers cannot make themselves normal. Every
    ``refit_every`` other samples a forest is fitted on the reservoir, seeded by name and version, and published by the
    very sample that made it due. ``fit`` may do so elsewhere: until it has, that sample waits as for a missing model.
    """

    topic = FRAUD_SAMPLES
    kind = FraudSample

    def __init__(self, settings: LearnSettings | None = None, fit: Fit = fit) -> None:
        self._settings = settings or LearnSettings()
        self._fit = fit
        self._set(_State())

    def losses(self) -> dict[str, tuple[float, float]]:
        """None: there are no labels."""
        return {}

    def cut(self) -> bytes:
        """Freeze the changed rows; see ``Fold.cut``."""
        self._reservoir.cut()
        return encode_head(self._state)

    def encode_frozen(self, most: int) -> list[tuple[bytes, bytes | None]]:
        """The next frozen rows; see ``Fold.encode_frozen``."""
        return self._reservoir.encode_frozen(most)

    def thaw(self) -> None:
        """The checkpoint failed; see ``Fold.thaw``."""
        self._reservoir.thaw()

    def settle(self) -> None:
        """The checkpoint is durable; see ``Fold.settle``."""
        self._reservoir.settle()

    def restore(self, head: bytes | None, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Set the state to that of a checkpoint; see ``Fold.restore``."""
        self._set(_State() if head is None else decode_head(head, _State))
        self._reservoir.restore(entries)

    @property
    def _ledger(self) -> Ledger:
        return self._state.ledger

    def _fold_one(self, message: FraudSample, offset: int) -> list[Output]:
        forest = self._forest_when_due(message)  # raises before anything changes
        if self._is_taken(message):
            self._keep(message)
        return [] if forest is None else self._publish(forest, offset, message.at)

    def _set(self, state: _State) -> None:
        self._state = state
        self._reservoir = Reservoir(FRAUD, self._settings.reservoir)

    def _is_taken(self, sample: FraudSample) -> bool:
        ledger = self._ledger
        if not ledger.takes(sample.origin, FRAUD_SAMPLES):
            return False
        kind = _kind(sample, self._settings.quarantine)
        ledger.count(f"records_total|learn|{kind}")
        return kind == TRAINS

    def _keep(self, sample: FraudSample) -> None:
        self._reservoir.offer(sample.x, self._state.kept)
        self._state.kept += 1
        self._ledger.waiting += 1

    def _forest_when_due(self, sample: FraudSample) -> dict[str, Array] | None:
        """The forest that this sample makes due, itself included; None if it makes none due."""
        ledger, settings = self._ledger, self._settings
        trains = _kind(sample, settings.quarantine) == TRAINS and ledger.would_be_new(sample.origin)
        if not trains or not ledger.is_due(settings.refit_every, settings.pause, sample.at, more=1):
            return None
        rows = self._reservoir.rows_with(sample.x, self._state.kept)
        return arrays(self._fit(plan(rows, _seed(ledger.next_version(FRAUD)), settings.trees)))

    def _publish(self, forest: dict[str, Array], offset: int, at: int) -> list[Output]:
        snapshot = ModelSnapshot(
            name=FRAUD,
            version=self._ledger.next_version(FRAUD),
            algorithm=ALGORITHM,
            catalogue=catalogue.VERSION,
            features=catalogue.FRAUD_ROW,
            arrays=forest,
            trained_on=len(self._reservoir),
            trained_until=at,
        )
        self._ledger.note_published(at, FRAUD)
        return publish(seal(snapshot), Origin(FRAUD_SAMPLES, 0, offset), at)


def _kind(sample: FraudSample, quarantine: float) -> str:
    fits = sample.catalogue == catalogue.VERSION and len(sample.x) == len(catalogue.FRAUD_ROW)
    if not fits or not all(isfinite(value) for value in sample.x):
        return "fraud_sample_unfit"
    return "fraud_sample_quarantined" if sample.risk >= quarantine else TRAINS


def _seed(version: int) -> int:
    """A seed that follows from name and version alone."""
    return int(unit_interval("seed", f"{FRAUD}@{version}") * 2**32)
