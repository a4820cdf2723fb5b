"""Live counts per campaign and arm: a fold over ``closed-decisions``."""

from collections.abc import Iterable, Sequence
from math import sqrt

import msgspec

from schemas.closed_decisions import ClosedDecision
from schemas.codec import decode_msgpack, encode_msgpack
from schemas.dead_letters import DeadLetter
from schemas.experiments import ArmCounts, ExperimentResult, GateCost
from schemas.origins import Origin
from schemas.topics import CLOSED_DECISIONS, DEAD_LETTERS, EXPERIMENT_RESULTS
from streams.folding import LogRecord, Output, Refusal
from streams.outputs import Writer
from streams.whole_head import WholeHead

VERSION = 2
"""Of the encoded state; a newer one is refused."""

EVERY_CLOSINGS = 100
EVERY = 60_000
"""A campaign's result is written at its first closing, then after this many closings or ms of log time."""

NOTE = "descriptive counts; no claim rests on them"


class GateSums(msgspec.Struct, array_like=True):
    """What the decisions that the fraud gate let pass by chance say of all that it refuses.

    ``worth`` and ``squares`` are the sums of v and v² with v = (margin − margin·1{none drawn}/p(none))/q (Horvitz and
    Thompson): what the refused would have earned by the campaign, in minor units.
    """

    passes: int = 0
    worth: float = 0.0
    squares: float = 0.0

    def add(self, closed: ClosedDecision) -> None:
        """One more of them, not held out."""
        drawn = closed.propensities[closed.action]
        without = 0.0 if closed.sent[closed.action] else closed.margin / drawn
        worth = (closed.margin - without) / closed.pass_probability
        self.passes += 1
        self.worth += worth
        self.squares += worth * worth

    def cost(self) -> GateCost:
        """The sums as they are published."""
        return GateCost(passes=self.passes, cost=round(self.worth), error=round(sqrt(self.squares)))


class Tally(msgspec.Struct, array_like=True):
    """One campaign's counts, and what has come since its last result."""

    treatment: ArmCounts = ArmCounts()
    holdout: ArmCounts = ArmCounts()
    closings: int = 0
    written_at: int = -1
    gate: GateSums = msgspec.field(default_factory=GateSums)


class CoordinationState(msgspec.Struct, array_like=True):
    """Everything the fold knows: a few hundred bytes per campaign, so all of it stands in the head."""

    version: int = VERSION
    applied: int = -1
    now: int = 0
    epoch: str = ""
    origins: dict[str, dict[int, tuple[int, int]]] = {}
    tallies: dict[str, Tally] = {}
    counters: dict[str, int] = {}


class Coordination(WholeHead):
    """Folds ``closed-decisions`` into ``experiment-results``; implements ``streams.folding.Fold``.

    Users, purchases, revenue and margin count a user's first would-send only: one value per user and campaign
    version. Decisions, sends and clicks count every closing.
    """

    def __init__(self) -> None:
        self._writer = Writer(CLOSED_DECISIONS, 0)
        self.state = CoordinationState()

    @property
    def applied(self) -> int:
        """Offset of the last record that the state contains; −1 for none."""
        return self.state.applied

    def fold(self, records: Sequence[LogRecord], outputs: list[Output]) -> None:
        """Apply records in order; see ``Fold.fold``. Bytes that are no closed decision are dead-lettered."""
        for record in records:
            if record.offset > self.state.applied:
                self._fold_one(record, outputs)
                self.state.applied = record.offset

    def cut(self) -> bytes:
        """The whole state; there are no entries beside it."""
        return encode_msgpack(self.state)

    def restore(self, head: bytes | None, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Set the state to that of a checkpoint."""
        del entries
        if head is not None and (version := msgspec.msgpack.decode(head)[0]) > VERSION:
            raise Refusal(
                f"the checkpoint has state version {version}, this program knows up to {VERSION}",
                "run the newer program, or fold the log anew: `promostream checkpoints delete --role coordinate`",
            )
        self.state = CoordinationState() if head is None else decode_msgpack(head, CoordinationState)

    def due(self) -> int | None:
        """No timers: results follow closings."""
        return None

    def counters(self) -> dict[str, int]:
        """Totals since the log's beginning."""
        return self.state.counters

    def _fold_one(self, log: LogRecord, outputs: list[Output]) -> None:
        self._writer.begin(outputs, self.state.epoch, log.offset)
        try:
            closed = _decoded(log.value)
        except (msgspec.DecodeError, ValueError) as error:
            self._bury(log, str(error))
            return
        if not self._is_new(closed.origin):
            self._count(f"duplicates_total|{CLOSED_DECISIONS}")
            return
        self.state.epoch = closed.decision_id.rsplit("-", 3)[0]
        self.state.now = max(self.state.now, closed.closed_at)
        self._count("records_total|coordinate|closed")
        if closed.shadow or closed.programme:
            return  # neither is an arm of the campaign's experiment
        tally = self.state.tallies.setdefault(closed.campaign, Tally())
        if closed.pass_probability:
            if not closed.ghost:
                tally.gate.add(closed)
        elif closed.ghost:
            tally.holdout = _with(tally.holdout, closed)
        else:
            tally.treatment = _with(tally.treatment, closed)
        tally.closings += 1
        if self._is_due(tally):
            self._writer.begin(outputs, self.state.epoch, log.offset)
            self._write(closed.campaign, tally)

    def _is_due(self, tally: Tally) -> bool:
        waited = tally.written_at < 0 or self.state.now - tally.written_at >= EVERY
        return waited or tally.closings >= EVERY_CLOSINGS

    def _write(self, campaign: str, tally: Tally) -> None:
        result = ExperimentResult(
            origin=self._writer.origin(),
            campaign=campaign,
            at=self.state.now,
            treatment=tally.treatment,
            holdout=tally.holdout,
            note=NOTE,
            gate=tally.gate.cost(),
        )
        tally.closings, tally.written_at = 0, self.state.now
        self._writer.put(EXPERIMENT_RESULTS, campaign, result, event="experiment-result")

    def _bury(self, log: LogRecord, message: str) -> None:
        origin = Origin(CLOSED_DECISIONS, 0, log.offset)
        letter = DeadLetter(
            reason="poison",
            field="",
            message=message,
            origin=origin,
            at=self.state.now,
            key=log.key or b"",
            value=log.value,
        )
        self._count(f"dead_letters_total|{CLOSED_DECISIONS}|poison")
        self._writer.put(DEAD_LETTERS, origin.text, letter, event="dead-letter")

    def _is_new(self, origin: Origin) -> bool:
        seen = self.state.origins.setdefault(origin.source, {})
        position = (origin.offset, origin.n)
        if position <= seen.get(origin.partition, (-1, -1)):
            return False
        seen[origin.partition] = position
        return True

    def _count(self, name: str) -> None:
        self.state.counters[name] = self.state.counters.get(name, 0) + 1


def _decoded(value: bytes) -> ClosedDecision:
    closed = decode_msgpack(value, ClosedDecision)
    if not 0 <= closed.action < min(len(closed.sent), len(closed.propensities)):
        raise ValueError(f"action {closed.action} is none of {len(closed.sent)} actions")
    if not closed.propensities[closed.action] > 0.0:
        raise ValueError(f"action {closed.action} was drawn with propensity {closed.propensities[closed.action]}")
    return closed


def _with(arm: ArmCounts, closed: ClosedDecision) -> ArmCounts:
    first = closed.first
    return ArmCounts(
        users=arm.users + first,
        decisions=arm.decisions + 1,
        sent=arm.sent + (not closed.ghost and closed.sent[closed.action]),
        clicked=arm.clicked + closed.clicked,
        purchased=arm.purchased + (first and closed.purchased),
        revenue=arm.revenue + (closed.revenue if first else 0),
        margin=arm.margin + (closed.margin if first else 0),
    )
