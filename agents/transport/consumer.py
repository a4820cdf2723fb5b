"""The Faust consumer of the transport: aiokafka keeps the membership, the reader reads, the owner knows positions."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import Any, cast

from faust.transport.drivers import aiokafka as stock
from faust.types import TP, AppT

from agents.transport.batches import Place
from agents.transport.membership import Member
from agents.transport.port import Port

COMMIT_SECONDS = 5.0
"""A commit may block for long after a broker's crash, and a rebalance waits for it."""
OPENING = 4
"""Partitions opened at a time: each fences and reads back, which takes the broker and this process half a second."""
OPENING_SECONDS = 5.0
"""A partition that takes longer, as when it waits for a model, holds up the others no more."""


class MemberThread(stock.AIOKafkaConsumerThread):
    """The thread in which aiokafka keeps the membership; it reads nothing."""

    member: Member

    async def on_start(self) -> None:
        """Join nothing yet, but connect."""
        port = port_of(self.app)
        self.member = Member(port.settings, self.app.conf.id, port.lease.answered)
        self._consumer = self.member.consumer
        self.time_started = time.monotonic()
        await self.member.start()

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """In aiokafka's listener: no heartbeats run, so only what is quick."""
        self.member.assigned(_places(assigned), generation_id)
        await super().on_partitions_assigned(assigned, generation_id)


class BatchConsumer(stock.Consumer):
    """Faust's consumer without acknowledgements: positions are the owner's, and so are commits."""

    _thread: MemberThread

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.port = port_of(self.app)
        self.taken = asyncio.Event()
        self._opening: set[asyncio.Task[None]] = set()

    def _new_consumer_thread(self) -> MemberThread:
        return MemberThread(self, loop=self.loop, beacon=self.beacon)

    @property
    def member(self) -> Member:
        """The membership; its coroutines belong to the thread's loop."""
        return self._thread.member

    # ------------------------------------------------------------------ rebalances
    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Stop reading first; Faust then stops the flow and calls ``wait_empty``."""
        self.port.rebalances += 1
        self.port.reader.withdraw()
        await super().on_partitions_revoked(revoked)

    async def wait_empty(self) -> None:
        """A rebalance or the end: what is folded gets delivered, within the owner's bounds."""
        if not self.port.leaving:
            await self.port.owner.suspend()

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Let Faust resume the flow; open the partitions in a task of our own, while heartbeats run.

        Faust would swallow what such a task raises, and wait for ever.
        """
        await super().on_partitions_assigned(assigned, generation_id)
        cast("Any", self.app).on_rebalance_end()
        self.taken.set()
        self.port.generation = generation_id
        self.port.assigned = set(_places(assigned))
        task = asyncio.get_running_loop().create_task(self._open_all(self.port.assigned, generation_id))
        self._opening.add(task)
        task.add_done_callback(self._opened)

    def _opened(self, task: asyncio.Task[None]) -> None:
        self._opening.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.port.fail(f"opening partitions failed ({error})")

    async def _open_all(self, places: set[Place], generation: int) -> None:
        owner, reader, rebalances = self.port.owner, self.port.reader, self.port.rebalances
        await owner.keep(places, generation)
        slots = asyncio.Semaphore(OPENING)

        async def open_one(place: Place) -> None:
            async with slots:
                if self.port.rebalances != rebalances:
                    return
                opening = asyncio.ensure_future(owner.open(place, generation))
                await asyncio.wait([opening], timeout=OPENING_SECONDS)
            offset = await opening
            if offset is not None and self.port.rebalances == rebalances:
                reader.place(reader.epoch, {place: offset})

        await asyncio.gather(*(open_one(place) for place in sorted(places)))

    # ------------------------------------------------------------------ what Faust would do besides
    def verify_event_path(self, now: float, tp: TP) -> None:
        """Nothing: Faust looks for aiokafka's fetches, and there are none."""

    async def on_stop(self) -> None:
        """The owner has finished before; nothing is left to wait for."""

    # ------------------------------------------------------------------ the group's offsets, for roles without state
    async def committed(self, place: Place) -> int | None:
        """The group's committed offset in the topic that is there now."""
        topic_id = self.port.topic_ids.get(place.topic, "")
        return cast("int | None", await self._thread.call_thread(self.member.committed, place, topic_id))

    async def commit_offsets(self, offsets: Mapping[Place, int]) -> str:
        """Commit in this generation, in at most 5 s; why it could not be, or an empty text."""
        call = self._thread.call_thread(self.member.commit, offsets, self.port.topic_ids)
        try:
            return cast("str", await asyncio.wait_for(call, COMMIT_SECONDS))
        except TimeoutError:
            return "no answer"

    async def check_membership(self) -> str | None:
        """Why the membership is over, if it is; to be asked twice a second."""

        async def check() -> str | None:
            return self.member.check()

        return cast("str | None", await self._thread.call_thread(check))


def port_of(app: AppT) -> Port:
    """The application's side of the transport."""
    return cast("Port", cast("Any", app).port)


def _places(tps: Iterable[TP]) -> list[Place]:
    return [Place(tp.topic, tp.partition) for tp in tps]
