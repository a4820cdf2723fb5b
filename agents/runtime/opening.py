"""Recovery: fence, read the checkpoint, restore the fold, and know which outputs behind it are there already."""

import asyncio
from collections.abc import Callable, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from agents.runtime.blocking import Blocking, Superseded
from agents.runtime.heads import FORMAT, Head, LogFacts, check_log, check_settings, decode_head, encode_head
from agents.runtime.lanes import COMPARED, Lanes
from agents.runtime.storage import Storage
from agents.runtime.tails import Tail
from schemas.topics import TOPICS
from streams.folding import Fold, ModelMissing, Refusal

RETRY = 0.02
"""Seconds between looks at whether models have arrived."""


Waiting = Callable[[ModelMissing], None]


class Opened(NamedTuple):
    """Where folding goes on: the log, what the state contains, the offset to read next.

    ``folded_before``: the last offset that a former owner is known to have folded, by the outputs it left.
    """

    log: LogFacts
    applied: int
    wanted: int
    folded_before: int


class Opening:
    """Brings one partition's fold back to its last durable checkpoint; ``waiting`` is told of a wait.

    ``settings``: what of the settings the fold's outputs depend on.
    """

    def __init__(
        self,
        fold: Fold,
        lanes: Lanes,
        storage: Storage,
        blocking: Blocking,
        grown: Callable[[], int],
        settings: Mapping[str, str],
    ) -> None:
        self._fold = fold
        self._lanes = lanes
        self._storage = storage
        self._blocking = blocking
        self._grown = grown
        self._settings = dict(settings)

    async def recover(self, topic: str, partition: int, waiting: Waiting) -> Opened:
        """Fence before reading, or a zombie could commit behind the reader.

        Raises:
            Refusal: the log or the checkpoint is not what it must be.
            Superseded: the partition was closed meanwhile.

        """
        partitioned = TOPICS[topic].partitions == "log"
        await self._blocking.run(self._storage.fence)
        found = await self._blocking.run(self._storage.read)
        head = None if found.head is None else decode_head(found.head)
        name = f"{topic}/{partition}"
        check_log(name, head, found.log, whole=partitioned)
        check_settings(name, head, self._settings, found.log)
        await self._restore(head, found.entries, waiting)
        applied = -1 if head is None else head.applied
        folded_before = await self._read_tails(head, applied) if partitioned else applied
        await self._begin(head, found.log)
        return Opened(found.log, applied, max(applied + 1, found.log.low), folded_before)

    async def _begin(self, head: Head | None, log: LogFacts) -> None:
        """Whoever follows must know with which settings records are folded from here on, before the first one is."""
        if head is None and self._settings:
            head = Head(FORMAT, log.topic_id, log.low - 1, {}, 0, self._fold.cut(), ended=True)
            self._fold.settle()
        if head is not None and (head.ended or head.settings != self._settings):
            begun = encode_head(replace(head, format=FORMAT, settings=self._settings, ended=False))
            await self._blocking.run(lambda: self._storage.commit(begun, ()))

    async def _restore(self, head: Head | None, entries: dict[bytes, bytes], waiting: Waiting) -> None:
        # Off the loop: half a million users take seconds, in which other partitions go on.
        while True:
            seen = self._grown()
            try:
                return await self._blocking.run(
                    lambda: self._fold.restore(None if head is None else head.fold, entries.items())
                )
            except ModelMissing as missing:
                waiting(missing)
            except (Refusal, Superseded):
                raise
            except Exception as error:
                problem = f"the checkpoint cannot be read by this version ({type(error).__name__}: {error})"
                raise Refusal(problem, "start the version that wrote it, or a newer one") from error
            while self._grown() == seen:
                await asyncio.sleep(RETRY)
                self._blocking.check()

    async def _read_tails(self, head: Head | None, applied: int) -> int:
        positions = {topic: 0 if head is None else head.positions.get(topic, 0) for topic in COMPARED}
        tails = await self._blocking.run(lambda: self._storage.read_tails(positions))
        strict = applied >= 0
        self._lanes.recover({name: (read.position, Tail(read, applied, strict=strict)) for name, read in tails.items()})
        return max((entry.caused_by for read in tails.values() for entry in read.written), default=applied)
