"""One partition of one log: open (or refuse), fold, wait for models, tick, checkpoint, close.

Not thread-safe: everything is called on the event-loop thread; what blocks goes to an executor.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from types import MappingProxyType

from agents.runtime.blocking import Blocking, Superseded
from agents.runtime.checkpoints import Checkpointer
from agents.runtime.opening import Opening
from agents.runtime.outputs import Outputs
from agents.runtime.pending import Pending
from agents.runtime.progress import Phase, Progress
from agents.runtime.storage import KafkaStorage, Storage
from agents.runtime.tally import Tally
from agents.runtime.ticks import Ticker
from agents.settings import Settings
from streams.folding import Fold, LogRecord, Refusal

QUEUED_POLLS = 4
CLOSE_PATIENCE = 3.0
"""Seconds for which a call that runs beyond the deadline of a close is waited for."""


class Partition:
    """Drives ``fold`` over one partition of ``topic`` (a name of the table of topics) for ``role``.

    ``may_act()`` is the lease: without it nothing is folded and no checkpoint begins. ``grown()`` counts the models
    at hand: a partition that waits for one tries again when it has changed. ``told``: the settings on which outputs
    depend; others are refused unless the last owner left in order. ``phase`` and ``reason`` (one line, with
    what to do) say how it stands; ``epoch`` stamps batches: those of another epoch are dropped. What cannot be mended
    (fenced, an output not delivered, an opening that failed) ends the process through ``outputs``.
    """

    def __init__(
        self,
        role: str,
        topic: str,
        partition: int,
        fold: Fold,
        settings: Settings,
        outputs: Outputs,
        *,
        may_act: Callable[[], bool],
        grown: Callable[[], int] = lambda: 0,
        told: Mapping[str, str] = MappingProxyType({}),
        storage: Storage | None = None,
        executor: Executor | None = None,
    ) -> None:
        self.name = f"{topic}/{partition}"
        self.epoch = 0
        self.fold = fold
        self.tally = Tally()
        self.lanes = outputs.lanes(partition)
        self._topic, self._partition = topic, partition
        self._outputs, self._may_act, self._grown, self._told = outputs, may_act, grown, told
        self._storage = storage or KafkaStorage(settings, role, topic, partition, may_act=may_act)
        self._blocking = Blocking(executor, lambda: self.phase == "closed")
        self._pending = Pending(settings.chunk_records, QUEUED_POLLS * settings.poll_records)
        self._progress = Progress(self.name, fold, self._pending, outputs, self.lanes, self.tally, may_act, grown)
        self._checkpoints = Checkpointer(
            fold,
            self.lanes,
            lambda head, entries: self._blocking.start(lambda: self._storage.commit(head, entries)),
            outputs.fail,
            self.tally,
            int(settings.checkpoint_interval * 1000),
            told,
        )
        self._ticker = Ticker(topic, partition)
        self._seen_applied = -1

    @property
    def phase(self) -> Phase:
        """How the partition stands."""
        return self._progress.phase

    @property
    def reason(self) -> str:
        """Why it does not run, in one line with what to do; empty while it does."""
        return self._progress.reason

    @property
    def applied(self) -> int:
        """Offset of the last record in the state; −1 for none."""
        return self.fold.applied

    @property
    def wanted(self) -> int:
        """The log offset to read next; where the reader stands elsewhere, it must seek."""
        return self._pending.wanted

    @property
    def pending(self) -> int:
        """Records read and not folded yet."""
        return self._pending.size

    @property
    def full(self) -> bool:
        """Whether reading should pause: records wait for a model, the lease, or the broker."""
        return self._pending.full

    @property
    def recovery_remaining(self) -> int:
        """Records still to fold until the log's end as it was on opening."""
        return max(0, self._progress.log_end - 1 - self.applied)

    @property
    def behind(self) -> bool:
        """Whether the state contains what no durable checkpoint does."""
        return self._checkpoints.behind

    @property
    def in_hurry(self) -> bool:
        """Whether steps should come often: a checkpoint is being made, or records wait."""
        return self._checkpoints.busy or self._pending.size > 0

    def checkpoint_age(self, now: int) -> float:
        """Seconds since the last durable checkpoint was cut; 0 while it contains everything."""
        return max(0, now - self.tally.durable_at) / 1000 if self._checkpoints.behind else 0.0

    def renew(self) -> int:
        """A new epoch, before and after a seek: batches fetched earlier are dropped."""
        self.epoch += 1
        return self.epoch

    async def open(self) -> int:
        """Fence, read the checkpoint, restore, read the outputs behind it; the log offset to read next.

        −1 when the partition is refused (see ``reason``). An opening that fails otherwise ends the process.

        Raises:
            Superseded: closed meanwhile.

        """
        try:
            opening = Opening(self.fold, self.lanes, self._storage, self._blocking, self._grown, self._told)
            opened = await opening.recover(self._topic, self._partition, self._progress.wait)
        except Refusal as refusal:
            self._progress.refuse(refusal)
            return -1
        except Superseded:
            raise
        except Exception as error:
            if self.phase == "closed":
                raise Superseded from error
            self._outputs.fail(f"{self.name} cannot be opened ({error})")
            raise
        self._checkpoints.start(opened.log.topic_id, opened.applied, wall_ms(), self._partition)
        self._progress.run(opened.wanted, opened.log.end, opened.folded_before)
        return opened.wanted

    async def apply(self, records: Sequence[LogRecord], epoch: int) -> int:
        """Fold a batch that was read in ``epoch``, in chunks with a pause for others between; the offset wanted next.

        What cannot be folded now (a model is missing, no lease, broker congested) waits and is tried from ``step``.
        """
        if epoch != self.epoch or not self._progress.active:
            self.tally.stale_batches += 1
            return self.wanted
        self._progress.take(records)
        while self._progress.fold_chunk():  # noqa: ASYNC110 - lets others run, waits for nothing
            await asyncio.sleep(0)
        return self.wanted

    def step(self, now: int) -> None:
        """About 1 ms of what else is to do at wall time ``now`` (ms): deliveries, retries, checkpoint, tick."""
        self._outputs.serve()
        if self.phase == "refused":
            self._checkpoints.abandon()
        if not self._progress.active:
            return
        if self._pending:
            self._progress.fold_chunk()
        self._checkpoints.step(now, may_begin=self._may_act())
        if self._checkpoints.fenced and self._may_act():  # in a rebalance or without the lease a successor is right
            self._outputs.fail(self._checkpoints.fenced)
        self._tick(now)

    async def close(self, checkpoint: bool, deadline: float) -> None:
        """Stop folding, make outputs (and, on wish, a last checkpoint) durable, by ``deadline`` of the loop's clock.

        Waits for a running opening or commit: a late call of a former owner would fence its successor.
        """
        before, self._progress.phase = self._progress.phase, "closed"
        self.renew()
        self._pending.clear()
        if before == "opening":
            self._storage.cancel()
        if before == "refused":
            self._checkpoints.abandon()
        if checkpoint and before in ("running", "waiting"):
            self._checkpoints.ending = True
            await self._until(self._checkpointed, deadline)
        await self._until(self._settled, deadline)
        self._checkpoints.abandon()
        self._storage.cancel()
        if await self._blocking.ended(CLOSE_PATIENCE):
            self._blocking.start(self._storage.close)
            await self._blocking.ended(CLOSE_PATIENCE)

    def _tick(self, now: int) -> None:
        if self._seen_applied != self.fold.applied or self._pending:
            self._seen_applied = self.fold.applied
            self._ticker.busy(now)
        elif self._may_act() and (tick := self._ticker.tick(now, self.fold.due())) is not None:
            self.tally.ticks += 1
            self.lanes.send((tick,))

    def _checkpointed(self) -> bool:
        self._checkpoints.step(wall_ms(), may_begin=self._may_act(), hurry=True)
        return not self._checkpoints.busy and (bool(self._checkpoints.fenced) or self._checkpoints.ended)

    def _settled(self) -> bool:
        self._checkpoints.step(wall_ms(), may_begin=False, hurry=True)
        return self.lanes.drained and not self._checkpoints.busy

    async def _until(self, done: Callable[[], bool], deadline: float) -> None:
        loop = asyncio.get_running_loop()
        while not done() and loop.time() < deadline and not self._outputs.failed:
            self._outputs.serve()
            await asyncio.sleep(0.001)


def wall_ms() -> int:
    """The wall time in ms UTC."""
    return time.time_ns() // 1_000_000
