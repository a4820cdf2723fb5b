"""The decide fold: the only place that puts profiles, scores and decisions in order, one record at a time."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from schemas.codec import decode_record
from schemas.dead_letters import DeadLetter
from schemas.origins import Origin
from schemas.records import CampaignsActivated, LogOpened, ModelActivated, Record, Ticked, WatermarkReached
from schemas.topics import DEAD_LETTERS, USER_LOG
from streams.applying import Applying
from streams.campaigns.known import require_known
from streams.catalogue import table
from streams.clock import CLOCKS
from streams.folding import LogRecord, Output, Refusal
from streams.models.store import ModelStore
from streams.outputs import Writer
from streams.scoring import Scoring
from streams.state import FoldSettings, PartitionState, decoded, numerics
from streams.timers import TimerIndex
from streams.users import Users

TIMES = (Ticked, WatermarkReached)
"""Records that only say how late it is, merged by maximum: their repeats do no harm, and their origins are wall times,
so that after one wrong clock everything right would look like a repeat."""


class DecideFold:
    """Folds one partition of ``user-log`` into profiles, decisions and triggers; implements ``streams.folding.Fold``.

    For every record: its origin is checked, the clock moves, due timers fire, the record is applied. Everything that
    a record causes is numbered from 0 and carries the record's offset.
    """

    def __init__(self, partition: int, settings: FoldSettings, models: ModelStore) -> None:
        self._partition = partition
        self._settings = settings
        self._models = models
        self._writer = Writer(USER_LOG, partition)
        self.users = Users()
        self._set_state(PartitionState(numerics=numerics()))

    @property
    def applied(self) -> int:
        """Offset of the last record that the state contains; −1 for none."""
        return self.state.applied

    def fold(self, records: Sequence[LogRecord], outputs: list[Output]) -> None:
        """Apply records in order; see ``Fold.fold``. A record that cannot be applied is dead-lettered, not raised."""
        self._scoring.resolve()
        for record in records:
            if record.offset > self.state.applied:
                self._fold_one(record, outputs)

    def cut(self) -> bytes:
        """Freeze the changed users and return the head."""
        self.users.cut()
        return self.state.encoded()

    def encode_frozen(self, most: int) -> list[tuple[bytes, bytes | None]]:
        """The next frozen users."""
        return self.users.encode_frozen(most)

    def thaw(self) -> None:
        """Give up the checkpoint."""
        self.users.thaw()

    def settle(self) -> None:
        """End a checkpoint that is durable."""
        self.users.settle()

    def restore(self, head: bytes | None, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Set the state to that of a checkpoint."""
        self.users.restore(entries)
        self._set_state(PartitionState(numerics=numerics()) if head is None else decoded(head))

    def due(self) -> int | None:
        """When a tick would let a timer fire; never on a log whose clock is the source's: the present means nothing."""
        return self._timers.first_on_clock() if self.state.clock == "arrival" else None

    def counters(self) -> dict[str, int]:
        """Totals since the log's beginning."""
        return self.state.counters

    def trained_until(self) -> dict[str, int]:
        """The end (ms of log time) of what each model in force learned from."""
        models = [(name, model) for name, model in self.state.models.items() if name != table.NAME]
        ends = {name: self._models.trained_until(name, model.version) for name, model in models}
        return {name: end for name, end in ends.items() if end is not None}

    def _set_state(self, state: PartitionState) -> None:
        self.state = state
        self._read_until = state.read_until()
        self._timers = TimerIndex(self.users)
        self._timers.rebuild()
        self._scoring = Scoring(state, self._models, self._settings)
        self._applying = Applying(state, self.users, self._timers, self._scoring, self._writer, self._settings)
        self._handlers = self._applying.handlers
        self._requirements: dict[type, Callable[[Any], None]] = {
            ModelActivated: self._scoring.require,
            CampaignsActivated: require_known,
        }

    def _fold_one(self, log: LogRecord, outputs: list[Output]) -> None:
        """Fold a record; on any failure but a refusal drop its outputs, dead-letter it and go on."""
        state, kept = self.state, len(outputs)
        self._writer.begin(outputs, state.epoch, log.offset)
        try:
            self._take(decode_record(log.value), log)
        except Refusal:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the same bytes fail the same way on every replay
            del outputs[kept:]
            self._bury(log, outputs, error)
        state.applied = log.offset

    def _take(self, record: Record, log: LogRecord) -> None:
        state, body = self.state, record.body
        kind = type(body)
        if not state.epoch:
            self._open(body)
            return
        require = self._requirements.get(kind)
        if require is not None and (kind is not ModelActivated or state.would_be_new(record.origin)):
            require(body)  # a repeat asks for no model: its version may be retired
        if kind not in TIMES and not state.is_new(record.origin):
            state.count(f"duplicates_total|{record.origin.source}")
            return
        state.now = CLOCKS[state.clock](state.now, log.timestamp, record.written_at)
        state.count(_RECORDS[kind])
        if isinstance(body, WatermarkReached):
            self._read(body)
        if self._timers.has_come(self._read_until, state.now):
            self._fire()
        apply = self._handlers.get(kind)
        if apply is not None:
            apply(record.user, body)

    def _open(self, body: object) -> None:
        """The first record fixes the log's epoch and clock; a log that starts otherwise is refused."""
        if not isinstance(body, LogOpened) or body.clock not in CLOCKS:
            raise Refusal(
                f"{USER_LOG} partition {self._partition} does not begin with its opening record",
                "run `promostream topics create` before anything is written to it",
            )
        state = self.state
        state.epoch, state.clock, state.partitions = body.epoch, body.clock, body.partitions

    def _read(self, body: WatermarkReached) -> None:
        self.state.raise_watermark(body.source, body.reached, body.partitions)
        self._read_until = self.state.read_until()

    def _fire(self) -> None:
        for _ in range(self._settings.timers_per_record):
            fired = self._timers.next_due(self._read_until, self.state.now)
            if fired is None:
                return
            self._applying.fire(*fired)

    def _bury(self, log: LogRecord, outputs: list[Output], error: Exception) -> None:
        state, settings = self.state, self._settings
        state.poisoned = [*state.poisoned, log.offset][-settings.poison_most :]
        if len(state.poisoned) == settings.poison_most and log.offset - state.poisoned[0] < settings.poison_span:
            raise Refusal(
                f"{settings.poison_most} of the last {settings.poison_span} records of {USER_LOG} partition "
                f"{self._partition} cannot be folded, the last at offset {log.offset} ({type(error).__name__})",
                "look at their dead letters (reason poison) and run a program that can fold them",
            )
        state.count(f"dead_letters_total|{USER_LOG}|poison")
        self._writer.begin(outputs, state.epoch, log.offset)
        letter = DeadLetter(
            reason="poison",
            field="",
            message=f"{type(error).__name__}: {error}",
            origin=Origin(USER_LOG, self._partition, log.offset),
            at=state.now,
            key=log.key or b"",
            value=log.value,
        )
        self._writer.put(DEAD_LETTERS, letter.origin.text, letter, event="dead-letter")


_RECORDS = {
    body: f"records_total|decide|{body.__struct_config__.tag}" for body in Record.__annotations__["body"].__args__
}
