"""The input partitions that this process owns: read from committed offsets, folded, committed once delivered."""

import asyncio
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Protocol

from agents.deliveries import Deliveries
from agents.flooded import Flooded
from agents.metrics import Counters, Exporter
from agents.runtime.partition import wall_ms
from agents.transport.batches import BEGINNING, Batch, Place
from agents.transport.port import Port
from schemas.topics import INTAKE_SOURCES
from streams.intake.fold import IntakeFold, SourceRecord

log = logging.getLogger("promostream.worker")

STEP = 0.05
TICK_MS = 200
COMMIT_MS = 1000
MOST_HELD = 50_000
"""Records of one partition that may wait in the merge before it is read no further."""


class Offsets(Protocol):
    """The consumer group's offsets."""

    async def committed(self, place: Place) -> int | None:
        """The committed offset; None for none."""

    async def commit_offsets(self, offsets: Mapping[Place, int]) -> str:
        """Commit; why it could not be, or an empty text."""


class InputPartitions:
    """The owner of the input partitions. Offsets are committed when everything written before is delivered.

    Repeats are harmless, because every record keeps its origin; a later record before an earlier one is not: so
    nothing is written between the start of a rebalance and its end, nor without the lease.
    """

    def __init__(
        self, port: Port, fold: IntakeFold, deliveries: Deliveries, exporter: Exporter, totals: dict[str, int]
    ) -> None:
        self.offsets: Offsets
        self._port = port
        self._fold = fold
        self._deliveries = deliveries
        self._exporter = exporter
        self._totals = totals
        self._generation = -1
        self._suspended = True
        self._leaving = False
        self._read: dict[Place, int] = {}
        self._paused: set[Place] = set()
        self._flooded = Flooded()
        self._ticked = self._committed_at = 0
        self._committed: dict[Place, int] = {}

    # ------------------------------------------------------------------ rebalances
    async def open(self, place: Place, generation: int) -> int | None:
        """See ``Owner.open``: where reading had come to if it was kept, else the committed offset."""
        del generation
        if place not in self._read:
            committed = await self.offsets.committed(place)
            self._read[place] = BEGINNING if committed is None else committed
        return self._read[place]

    async def suspend(self) -> None:
        """See ``Owner.suspend``: everything written is delivered, or this process ends."""
        self._suspended = True
        if not await self._deliveries.settle(self._port.settings.session_timeout):
            self._port.fail("records were not delivered in time for a rebalance")
        await self._commit()

    async def keep(self, places: set[Place], generation: int) -> None:
        """See ``Owner.keep``; who missed a generation forgets what it had read and not written."""
        if generation != self._generation + 1:
            self._fold.own({}, self._totals)
            self._read.clear()
        self._generation = generation
        self._read = {place: at for place, at in self._read.items() if place in places}
        self._committed.clear()
        self._deliveries.forget()
        self._paused.clear()
        self._flooded.clear()
        assigned: dict[str, set[int]] = defaultdict(set)
        for place in places:
            assigned[self._name(place)].add(place.partition)
        self._fold.own(assigned, self._totals)
        self._suspended = self._leaving

    async def close(self, *, checkpoint: bool, seconds: float) -> None:
        """The end of this process: what is written is delivered and, if ``checkpoint``, its offsets committed."""
        self._suspended = self._leaving = True
        await self._deliveries.settle(seconds)
        if checkpoint:
            await self._commit()

    # ------------------------------------------------------------------ work
    async def fold(self, batch: Batch) -> None:
        """Fold a batch; never raises."""
        began = time.perf_counter()
        try:
            for place, records in batch.records.items():
                await self._fold_place(batch.epoch, place, records)
            for place, at in batch.drained.items():
                if self._acts(batch.epoch) and place not in self._flooded:
                    self._deliveries.send(self._fold.drained(self._name(place), place.partition, at))
        except Exception as error:
            log.exception("intake failed")
            self._port.fail(f"intake failed ({type(error).__name__}: {error})")
        if batch.records:
            self._exporter.observe("batch_duration_seconds", time.perf_counter() - began, "intake", "fold")

    async def _fold_place(self, epoch: int, place: Place, records: list[SourceRecord]) -> None:
        if place in self._flooded and epoch == self._port.reader.epoch:
            self._flooded.add(place, records)
            return
        size = self._port.settings.chunk_records
        for at in range(0, len(records), size):
            chunk = [record for record in records[at : at + size] if record.offset >= self._read.get(place, 0)]
            while not self._port.lease.may_act() and epoch == self._port.reader.epoch:  # noqa: ASYNC110 - lease: a clock
                await asyncio.sleep(STEP)
            if not chunk or not self._acts(epoch):
                continue
            self._fold_chunk(place, chunk)
            if self._fold.paused(self._name(place), place.partition, wall_ms()):
                self._flooded.pause(place, records[at + size :], wall_ms())
                self._port.reader.leave(place)
                return
            await asyncio.sleep(0)
        if self._held(place) > MOST_HELD and place not in self._paused:
            self._paused.add(place)
            self._port.reader.leave(place)

    def _fold_chunk(self, place: Place, chunk: list[SourceRecord]) -> None:
        self._deliveries.send(self._fold.fold(self._name(place), place.partition, chunk, wall_ms()))
        for source, age in self._fold.take_ages():
            self._exporter.observe("event_age_seconds", age / 1000, source)
        self._read[place] = chunk[-1].offset + 1

    async def step(self) -> float:
        """Ticks, deliveries, commits; the seconds until the next step."""
        now = wall_ms()
        self._deliveries.serve()
        if self._suspended or not self._port.lease.may_act():
            return STEP
        self._resume(now)
        if not 0 <= now - self._ticked < TICK_MS:  # the clock may have been set back
            self._ticked = now
            self._deliveries.send(self._fold.tick(now))
            self._read_on()
            self._tell_paused()
        if not 0 <= now - self._committed_at < COMMIT_MS:
            self._committed_at = now
            await self._commit()
        return STEP

    def _read_on(self) -> None:
        merged = {place for place in self._paused if self._held(place) < MOST_HELD // 2}
        ready = merged.difference(self._flooded.places())
        if ready:
            self._paused -= ready
            self._port.reader.place(self._port.reader.epoch, {place: self._read[place] for place in ready})

    def _resume(self, now: int) -> None:
        """Fold a chunk of each flooded partition that may go on; read it again when none is left."""
        for place in self._flooded.places():
            if self._fold.paused(self._name(place), place.partition, now):
                continue
            waiting = self._flooded.take(place, self._port.settings.chunk_records)
            chunk = [record for record in waiting if record.offset >= self._read.get(place, 0)]
            if chunk:
                self._fold_chunk(place, chunk)
            if place not in self._flooded and place not in self._paused:
                self._port.reader.place(self._port.reader.epoch, {place: self._read[place]})

    def _tell_paused(self) -> None:
        paused = Counter(map(self._name, self._flooded.places()))
        for source in INTAKE_SOURCES:
            self._exporter.set("source_paused", paused[source], source)

    async def _commit(self) -> None:
        """Commit the latest positions of which everything written is delivered."""
        self._deliveries.note({self._place(*source): at for source, at in self._fold.positions().items()})
        positions = self._deliveries.durable()
        changed = {p: at for p, at in positions.items() if p in self._read and self._committed.get(p) != at}
        if not changed or self._port.failed.done():
            return
        problem = await self.offsets.commit_offsets(changed)
        if problem:
            log.warning("intake could not commit its offsets and will try again (%s)", problem)
        else:
            self._committed |= changed

    # ------------------------------------------------------------------ what is told
    def counters(self) -> list[Counters]:
        """The fold's totals."""
        return [self._fold.counters()]

    def problems(self) -> list[str]:
        """Why this process is not ready."""
        return ["waiting for an assignment"] if self._suspended else []

    def _acts(self, epoch: int) -> bool:
        return not self._suspended and epoch == self._port.reader.epoch and self._port.lease.may_act()

    def _held(self, place: Place) -> int:
        return self._fold.held(self._name(place), place.partition)

    def _name(self, place: Place) -> str:
        return place.topic.removeprefix(self._port.settings.topic_prefix)

    def _place(self, topic: str, partition: int) -> Place:
        return Place(self._port.settings.topic(topic), partition)
