"""Removes model versions that nobody can need from ``models``; the rule is ``streams.models.retirement``.

Done now and then by the worker that owns ``closed-decisions``. Two at once do no harm: what is proven stays true.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from threading import Event

from confluent_kafka import Consumer, KafkaException

from agents import clients
from agents.runtime.heads import decode_head
from agents.runtime.reading import Stopped, bounds, read_to_end
from agents.runtime.storage import HEAD
from agents.settings import Settings
from schemas.codec import decode_msgpack, encode_msgpack
from schemas.models import MILESTONES_KEY, Milestone, version_of
from schemas.topics import CHECKPOINTS, MODELS, USER_LOG
from streams.folding import Refusal
from streams.models.retirement import kept, reached, retired, waiting
from streams.models.store import Version
from streams.state import decoded

log = logging.getLogger("promostream.worker")

HEAD_KEY = b"decide|" + USER_LOG.encode() + b"|" + HEAD
NEAR_THE_END = 16
"""Messages of a checkpoints partition that are looked through first: a head ends every transaction."""
SENDING = 10.0
READ_AHEAD_KB = 8192


class Retirement:
    """Looks every ``settings.model_retirement`` seconds, if ``acts()``; remembers what stands on ``models``."""

    def __init__(self, settings: Settings, acts: Callable[[], bool]) -> None:
        self._settings = settings
        self._acts = acts
        self._models = (settings.topic(MODELS), 0)
        self._stop = Event()
        self._task: asyncio.Task[None] | None = None
        self._next = 0
        self._offsets: dict[Version, int] = {}
        self._stones: list[Milestone] = []

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.get_running_loop().create_task(self._now_and_then())

    async def stop(self) -> None:
        """End; what is under way ends at its next message."""
        self._stop.set()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def look(self) -> list[Version]:
        """Note what checkpoints prove, remove what nobody can need, and say which that is. Blocking."""
        with self._reader("read_uncommitted") as reader, self._reader("read_committed") as committed:
            self._read_models(reader)
            heads = self._heads(reader, committed)
            first = [self._bounds(reader, (self._settings.topic(USER_LOG), p))[0] for p in range(len(heads))]
        before = list(self._stones)
        stone = reached(time.time_ns() // 1_000_000, heads, self._next, before)
        stones = kept([*waiting(before[:-1], first, self._offsets), *before[-1:], *([stone] if stone else [])])
        gone = retired(stones, first, self._offsets)
        self._write(gone, None if stones == before else stones)
        return gone

    async def _now_and_then(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._settings.model_retirement)
            if not self._acts():
                continue
            try:
                gone = await loop.run_in_executor(None, self.look)
            except (KafkaException, Refusal, Stopped) as problem:
                log.warning("no model version was retired this time: %s", problem)
            else:
                if gone:
                    log.info("retired %d model versions that the log is past", len(gone))

    def _read_models(self, reader: Consumer) -> None:
        """Go on reading where the last look ended; only keys and milestones are kept."""
        low, end = self._bounds(reader, self._models)
        start = {self._models: max(low, self._next)}
        for message in read_to_end(reader, start, {self._models: end}, self._stop.is_set):
            version, value = version_of(message.key()), message.value()
            if message.key() == MILESTONES_KEY and value is not None:
                self._stones = decode_msgpack(value, list[Milestone])
            elif version is not None and value is None:
                self._offsets.pop(version, None)
            elif version is not None:
                self._offsets[version] = message.offset() or 0
        self._next = end

    def _heads(self, reader: Consumer, committed: Consumer) -> list[tuple[int, dict[str, int]]]:
        """Of every partition, the offset and the versions of its last checkpoint; empty unless all have one."""
        found = []
        for partition in range(self._settings.partitions):
            place = (self._settings.topic(CHECKPOINTS), partition)
            value = self._last_head(committed, place, self._bounds(reader, place))
            if value is None:
                return []
            head = decode_head(value)
            models = decoded(head.fold).models
            found.append((head.applied, {name: model.version for name, model in models.items()}))
        return found

    def _last_head(self, committed: Consumer, place: tuple[str, int], limits: tuple[int, int]) -> bytes | None:
        low, end = limits
        start, step = end, NEAR_THE_END
        while start > low:
            start, step = max(low, end - step), step * 16
            messages = read_to_end(committed, {place: start}, {place: end}, self._stop.is_set)
            heads = [message.value() for message in messages if message.key() == HEAD_KEY]
            if heads:
                return heads[-1]
        return None

    def _write(self, gone: list[Version], stones: list[Milestone] | None) -> None:
        """What is lost here is written again at the next look: a milestone stays until its effect has been read."""
        if not gone and stones is None:
            return
        sender = clients.producer(self._settings)
        for name, version in gone:
            sender.produce(self._models[0], None, f"{name}@{version}".encode(), 0)
        if stones is not None:
            sender.produce(self._models[0], encode_msgpack(stones), MILESTONES_KEY, 0)
        sender.flush(SENDING)

    def _reader(self, isolation: str) -> Consumer:
        return clients.consumer(
            self._settings, isolation_level=isolation, queued_max_messages_kbytes=READ_AHEAD_KB, fetch_wait_max_ms=10
        )

    def _bounds(self, reader: Consumer, place: tuple[str, int]) -> tuple[int, int]:
        return bounds(reader, place, self._stop.is_set)
