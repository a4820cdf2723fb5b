"""Folding what was read, chunk by chunk, and how the partition stands: running, waiting for a model, or refused."""

import logging
from collections.abc import Callable, Sequence
from typing import Literal

from agents.runtime.lanes import Lanes
from agents.runtime.outputs import Outputs
from agents.runtime.pending import Pending, Taken
from agents.runtime.tally import Tally
from streams.folding import Fold, LogRecord, ModelMissing, Output, Refusal

log = logging.getLogger("promostream.runtime")

SLICE = 16
MOST_OUTPUTS = 2000
"""Outputs after which the rest of a chunk waits for its next turn: when everything is due at once, each record fires
hundreds of timers, and a whole chunk would hold the event loop for half a minute."""

Phase = Literal["opening", "running", "waiting", "refused", "closed"]


class Progress:
    """Takes batches, folds chunks, sends their outputs; ``log_end`` is where the log ended on opening."""

    def __init__(
        self,
        name: str,
        fold: Fold,
        pending: Pending,
        outputs: Outputs,
        lanes: Lanes,
        tally: Tally,
        may_act: Callable[[], bool],
        grown: Callable[[], int],
    ) -> None:
        self.phase: Phase = "opening"
        self.reason = ""
        self.log_end = 0
        self._folded_before = -1
        self._name = name
        self._fold = fold
        self._pending = pending
        self._outputs = outputs
        self._lanes = lanes
        self._tally = tally
        self._may_act = may_act
        self._grown = grown
        self._grown_seen = -1
        self._waited_for = ""

    @property
    def active(self) -> bool:
        """Whether records are taken: they are folded, now or when the model is there."""
        return self.phase in ("running", "waiting")

    def take(self, records: Sequence[LogRecord]) -> None:
        """Queue a batch, or note why not."""
        taken = self._pending.put(records)
        if taken is Taken.GAP:
            self._tally.gaps += 1
        elif taken is Taken.HOLE:
            problem = f"{self._name} has no offset {self._pending.wanted}: records of the log are gone"
            self.refuse(Refusal(problem, "look at the retention and the health of the log's topic"))

    def fold_chunk(self) -> bool:
        """Fold the next chunk; whether another may follow."""
        if not self._ready():
            return False
        chunk, outputs, before, seen = self._pending.take(), list[Output](), self._fold.applied, self._grown()
        try:
            for at in range(0, len(chunk), SLICE):
                self._fold.fold(chunk[at : at + SLICE], outputs)
                if len(outputs) >= MOST_OUTPUTS:
                    break
        except ModelMissing as missing:
            self._pending.put_back(chunk, self._fold.applied)
            self._grown_seen = seen
            self.wait(missing)
        except Refusal as refusal:
            self.refuse(refusal)
        except Exception as error:
            # The state may be half-changed: its outputs are not sent, folding again makes them.
            log.exception("%s: folding failed after offset %d", self._name, before)
            problem = f"folding {self._name} failed after offset {before} ({type(error).__name__}: {error})"
            self.refuse(Refusal(problem, "this is a bug, please report it; the checkpoint before it is whole"))
            return False
        if self.phase == "running":
            self._pending.put_back(chunk, self._fold.applied)
        self._folded(max(before, chunk[0].offset - 1), outputs)
        return self.phase == "running" and bool(self._pending)

    def run(self, wanted: int, log_end: int, folded_before: int) -> None:
        """The partition is open: the log is read from ``wanted``; up to ``folded_before`` it is folded again."""
        self._pending.wanted, self.log_end, self._folded_before = wanted, log_end, folded_before
        self.phase, self.reason = "running", ""

    def wait(self, missing: ModelMissing) -> None:
        """Nothing can be done until models have grown; an opening stays one."""
        self.reason = str(missing)
        if self.phase == "running":
            self.phase = "waiting"
        if self.reason != self._waited_for:  # it tries again with every model that comes
            self._waited_for = self.reason
            log.warning("%s waits: %s", self._name, missing)

    def refuse(self, refusal: Refusal) -> None:
        """Stop this partition, and no other."""
        self.phase, self.reason = "refused", str(refusal)
        self._pending.clear()
        log.error("%s is refused: %s", self._name, refusal)

    def _ready(self) -> bool:
        if not self._pending or self._outputs.congested or not self._may_act():
            return False
        if self.phase == "waiting" and self._grown() != self._grown_seen:
            self.phase, self.reason = "running", ""
        return self.phase == "running"

    def _folded(self, before: int, outputs: list[Output]) -> None:
        after = self._fold.applied
        self._tally.folded_records += max(0, after - before)
        self._tally.refolded_records += max(0, min(after, self._folded_before) - before)
        if outputs:
            self._lanes.send(outputs)
        self._lanes.passed(after)
        self._outputs.serve()
