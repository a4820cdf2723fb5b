"""The partitions of a log that this process owns: opened and kept through rebalances, fed, stepped, closed."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable

from agents.metrics import Counters, Exporter, add_up
from agents.runtime.blocking import Superseded
from agents.runtime.partition import Partition, wall_ms
from agents.transport.batches import Batch, Place
from agents.transport.port import Port

log = logging.getLogger("promostream.worker")

HURRIED_STEP = 0.004
BUSY_STEP = 0.02
IDLE_STEP = 0.1
"""Seconds between steps: checkpoints go in slices of 1 ms, an idle process should cost nothing."""
BUSY_SECONDS = 2.0
PATIENCE = 0.5
"""Seconds for which a batch waits for a full partition; then reading goes on without it, and later again from there."""

Making = Callable[[str, int, Callable[[], bool]], Partition]
"""Makes the partition of a topic (name of the table) and number, given whether it may act."""


class FoldedPartitions:
    """The owner of every role that folds a log. ``make`` makes a partition; topics carry the settings' prefix.

    ``arrived`` is told the append time (ms) of what is folded next.
    Between the start of a rebalance and its end nothing is folded or sent: the successor may be reading already.
    """

    def __init__(
        self, role: str, port: Port, exporter: Exporter, make: Making, arrived: Callable[[int], None] = lambda _: None
    ) -> None:
        self.by_place: dict[Place, Partition] = {}
        self._role = role
        self._port = port
        self._exporter = exporter
        self._make = make
        self._arrived = arrived
        self._generation = -1
        self._suspended = self._leaving = False
        self._paused: set[Place] = set()
        self._last_batch = 0.0
        self._ended: Counters = {}
        self.times: dict[Place, int] = {}
        """Append time (ms) of the last record given to each partition."""

    # ------------------------------------------------------------------ rebalances
    async def open(self, place: Place, generation: int) -> int | None:
        """See ``Owner.open``: from memory if it was kept, else by recovery; who leaves opens nothing."""
        del generation
        if self._leaving:
            return None
        kept = self.by_place.get(place)
        if kept is not None:
            return None if kept.phase == "refused" else kept.wanted
        name = place.topic.removeprefix(self._port.settings.topic_prefix)
        partition = self.by_place[place] = self._make(name, place.partition, self._may_act)
        try:
            offset = await partition.open()
        except Superseded:
            return None
        if partition.phase == "running":
            log.info("%s %s is open, reading from %d", self._role, partition.name, offset)
        return offset if offset >= 0 else None

    async def suspend(self) -> None:
        """See ``Owner.suspend``: openings end, outputs are delivered, or this process does."""
        self._suspended = True
        opening = [place for place, partition in self.by_place.items() if partition.phase == "opening"]
        await self._close(opening, checkpoint=False, seconds=0.0)
        deadline = asyncio.get_running_loop().time() + self._port.settings.session_timeout
        while not all(p.lanes.drained for p in self.by_place.values()) and not self._port.failed.done():
            if asyncio.get_running_loop().time() > deadline:
                self._port.fail("outputs were not delivered in time for a rebalance")
            self._step_all()
            await asyncio.sleep(0.002)

    async def keep(self, places: set[Place], generation: int) -> None:
        """See ``Owner.keep``. Who missed a generation does not know what others did meanwhile: it keeps nothing."""
        followed, rebalances = generation == self._generation + 1, self._port.rebalances
        self._generation = generation
        gone = [place for place in self.by_place if place not in places or not followed]
        await self._close(gone, checkpoint=False, seconds=1.0)
        if rebalances == self._port.rebalances:
            self._suspended = self._leaving

    async def close(self, *, checkpoint: bool, seconds: float) -> None:
        """The end of this process: what is folded is made durable if ``checkpoint``, within the time given."""
        self._leaving = True
        closing = list(self.by_place.values())
        await self._close(list(self.by_place), checkpoint=checkpoint, seconds=seconds)
        behind = [partition.name for partition in closing if partition.behind]
        if behind and checkpoint:
            log.warning("no last checkpoint of %s; the next start folds the rest again", ", ".join(behind))

    async def _close(self, places: Iterable[Place], *, checkpoint: bool, seconds: float) -> None:
        closing = [partition for place in places if (partition := self.by_place.pop(place, None)) is not None]
        self._ended = add_up((self._ended, *map(_totals, closing)))
        deadline = asyncio.get_running_loop().time() + seconds
        await asyncio.gather(*(partition.close(checkpoint, deadline) for partition in closing))

    # ------------------------------------------------------------------ work
    async def fold(self, batch: Batch) -> None:
        """Fold a batch; never raises."""
        if batch.records:
            self._last_batch = asyncio.get_running_loop().time()
        astray, began = False, time.perf_counter()
        for place, records in batch.records.items():
            partition = await self._with_room(place, batch.epoch)
            if partition is None:
                continue
            self.times[place] = records[-1].timestamp
            self._arrived(records[0].timestamp)
            try:
                wanted = await partition.apply(records, partition.epoch)
            except Exception as error:  # noqa: BLE001 - Faust would restart the agent and lose the batch
                self._port.fail(f"folding {partition.name} failed ({type(error).__name__}: {error})")
                return
            astray |= wanted != records[-1].offset + 1 and partition.phase != "closed"
        self._exporter.observe("batch_duration_seconds", time.perf_counter() - began, self._role, "fold")
        if astray and batch.epoch == self._port.reader.epoch:
            self._read_again()

    async def _with_room(self, place: Place, epoch: int) -> Partition | None:
        """The partition for which records were read in ``epoch``, if that still holds.

        Waits a little for one that is full (of a model, the lease, the broker): to read again what was read costs more.
        """
        deadline = time.monotonic() + PATIENCE
        while epoch == self._port.reader.epoch:
            partition = self.by_place.get(place)
            if partition is None or not partition.full or time.monotonic() > deadline:
                return partition
            await asyncio.sleep(HURRIED_STEP)
        return None

    def _read_again(self) -> None:
        """Some partition wants another offset than comes, or nothing for now: set all positions anew."""
        epoch = self._port.reader.withdraw()
        ready = {p: part for p, part in self.by_place.items() if part.phase in ("running", "waiting")}
        self._paused = {place for place, partition in ready.items() if partition.full}
        self._port.reader.place(epoch, {p: part.wanted for p, part in ready.items() if p not in self._paused})

    async def step(self) -> float:
        """A little of what else is to do; the seconds until the next step."""
        self._step_all()
        if self._paused and not self._suspended and not all(self._is_full(place) for place in self._paused):
            self._read_again()
        if any(p.in_hurry for p in self.by_place.values()):
            return HURRIED_STEP
        idle = asyncio.get_running_loop().time() - self._last_batch > BUSY_SECONDS
        return IDLE_STEP if idle else BUSY_STEP

    def _step_all(self) -> None:
        now = wall_ms()
        for partition in list(self.by_place.values()):
            partition.step(now)

    def counters(self) -> list[Counters]:
        """Totals of the folds owned now, and what partitions counted in this process."""
        owned = list(self.by_place.values())
        return [*(p.fold.counters() for p in owned), *map(_totals, owned), self._ended]

    def runs(self, topic: str) -> bool:
        """Whether this process folds a partition of the topic, and may."""
        return self._may_act() and any(
            p.name.startswith(f"{topic}/") and p.phase == "running" for p in self.by_place.values()
        )

    def problems(self) -> list[str]:
        """Why this process is not ready: one line per partition that does not run."""
        return [f"{p.name} {p.phase}: {p.reason}".strip(": ") for p in self.by_place.values() if p.phase != "running"]

    def _is_full(self, place: Place) -> bool:
        partition = self.by_place.get(place)
        return partition is not None and partition.full

    def _may_act(self) -> bool:
        return not self._suspended and self._port.lease.may_act()


def _totals(partition: Partition) -> Counters:
    """What a partition counted since it opened, besides its fold's own totals."""
    return {
        "refold_records_total": partition.tally.refolded_records,
        "determinism_violations_total": partition.lanes.determinism_violations,
    }
