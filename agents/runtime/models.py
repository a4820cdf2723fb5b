"""Reads the topic ``models`` in a thread: newest versions before partitions open and as they come, others on demand.

Of the others it only remembers where they stand, so that neither start nor memory grows with versions.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from threading import Event, Thread
from typing import Protocol

import msgspec
from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from agents import clients
from agents.runtime.reading import END, PASSING, Stopped, bounds, read_to_end
from agents.settings import Settings
from schemas import topics
from schemas.codec import decode_msgpack
from schemas.models import ModelSnapshot, version_of

log = logging.getLogger("promostream.runtime")

STOP_PATIENCE = 5.0
RECENT = 64
"""Offsets at the end of the topic that are read at start; the rest only if a version is missing."""
POLL = 0.05
"""Seconds between looks at what is missing."""
AHEAD = 16
"""Snapshots read behind those that are missing: a fold that catches up will ask for them next, and wait for each."""

Version = tuple[str, int]


class Shelf(Protocol):
    """Takes snapshots, from the reader's thread."""

    def add(self, snapshot: ModelSnapshot) -> None:
        """One more snapshot; repeats may come."""

    def missing(self) -> Iterable[Version]:
        """Which versions (name, number) somebody waits for."""

    def coming(self) -> Iterable[Version]:
        """Which versions will be asked for soon and are not here."""


class ModelReader:
    """Feeds ``store``; a reader that fails calls ``fatal(reason)`` on the loop, which must end the process."""

    def __init__(self, settings: Settings, store: Shelf, fatal: Callable[[str], None]) -> None:
        self._settings = settings
        self._place = (settings.topic(topics.MODELS), 0)
        self._store = store
        self._fatal = fatal
        self._stop = Event()
        self._caught_up = Event()
        self._thread = Thread(target=self._run, name="models", daemon=True)
        self._offsets: dict[Version, int] = {}
        self._newest: dict[str, int] = {}
        self._low = self._known_from = self._next = 0
        self.read = 0
        self.unreadable = 0

    async def start(self) -> None:
        """Begin; returns when the newest versions are in the store, or the reader has failed."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()
        await self._loop.run_in_executor(None, self._caught_up.wait)

    async def stop(self) -> None:
        """Stop reading."""
        self._stop.set()
        if self._thread.ident is not None:
            await asyncio.get_running_loop().run_in_executor(None, self._thread.join, STOP_PATIENCE)

    def _run(self) -> None:
        try:
            with clients.consumer(self._settings, isolation_level="read_uncommitted") as reader:
                self._start(reader)
                self._caught_up.set()
                while True:
                    self._fetch(reader, self._wanted())
                    self._follow(reader)
        except Stopped:
            pass
        except Exception as error:  # noqa: BLE001 - a thread's last line of defence: the process must not go on
            self._loop.call_soon_threadsafe(self._fatal, f"models cannot be read ({error})")
        finally:
            self._caught_up.set()

    def _start(self, reader: Consumer) -> None:
        """Note what stands at the topic's end, and take the newest version of each name there."""
        self._low, self._next = bounds(reader, self._place, self._stop.is_set)
        self._known_from = max(self._low, self._next - RECENT)
        newest: dict[str, Message] = {}
        for message in self._read(reader, self._known_from, self._next):
            version = self._note(message)
            if version is not None and version[1] >= self._newest[version[0]]:
                newest[version[0]] = message
        for message in newest.values():
            self._take(message)

    def _follow(self, reader: Consumer) -> None:
        """What was published meanwhile, until somebody waits for something that is there, or soon will."""
        reader.assign([TopicPartition(*self._place, self._next)])
        while not self._wanted():
            if self._stop.is_set():
                raise Stopped
            message = reader.poll(POLL)
            if message is None or not _is_whole(message):
                continue
            self._next = (message.offset() or 0) + 1
            version = self._note(message)
            if version is not None and (version in self._store.missing() or version[1] >= self._newest[version[0]]):
                self._take(message)

    def _fetch(self, reader: Consumer, wanted: list[Version]) -> None:
        """Read versions again; those of which nobody knows where they stand make all of the topic known."""
        if any(version not in self._offsets for version in wanted):
            known, until = self._offsets, self._known_from
            self._offsets, self._known_from = {}, self._low
            for message in self._read(reader, self._low, until):
                self._note(message)
            self._offsets = {version: at for version, at in (self._offsets | known).items() if at >= 0}
        ahead = AHEAD // max(len(wanted), 1)
        for version in wanted:
            offset = self._offsets.get(version)
            end = 0 if offset is None else min(offset + 1 + ahead, self._next)
            if version not in self._take_run(reader, offset or 0, end):
                self._offsets.pop(version, None)  # it has been removed or replaced: what follows will say

    def _take_run(self, reader: Consumer, start: int, end: int) -> set[Version | None]:
        """Take what stands side by side, the first in any case, the others until somebody waits for none of them."""
        taken: set[Version | None] = set()
        for message in self._read(reader, start, end):
            at = message.offset() or 0
            waited_for = [self._offsets.get(version, -1) for version in self._store.missing()]
            if at >= end or (at > start and not all(at <= offset < end for offset in waited_for)):
                break
            if message.value() is not None and self._take(message):
                taken.add(version_of(message.key()))
        return taken

    def _wanted(self) -> list[Version]:
        waited_for = [version for version in self._store.missing() if self._may_be_there(version)]
        return waited_for or [version for version in self._store.coming() if self._offsets.get(version, -1) >= 0]

    def _may_be_there(self, version: Version) -> bool:
        return self._offsets.get(version, 0 if self._known_from > self._low else -1) >= 0

    def _note(self, message: Message) -> Version | None:
        """Remember where a version stands; None for what is none (any more)."""
        version = version_of(message.key())
        if version is None:
            return None
        if message.value() is None:
            self._forget(version)
            return None
        self._offsets[version] = message.offset() or 0
        self._newest[version[0]] = max(version[1], self._newest.get(version[0], 0))
        return version

    def _forget(self, version: Version) -> None:
        if self._known_from > self._low:
            self._offsets[version] = -1  # an older snapshot of it may stand in what is not read yet
        else:
            self._offsets.pop(version, None)

    def _take(self, message: Message) -> bool:
        """Put a snapshot into the store; what is none is counted and passed over, its activation will wait."""
        try:
            snapshot = decode_msgpack(message.value() or b"", ModelSnapshot)
        except msgspec.MsgspecError as error:
            self.unreadable += 1
            log.warning("a message on models is not a snapshot (%s); publish the model again", error)
            return False
        self._store.add(snapshot)
        self.read += 1
        return True

    def _read(self, reader: Consumer, start: int, end: int) -> Iterator[Message]:
        return read_to_end(reader, {self._place: start}, {self._place: end}, self._stop.is_set)


def _is_whole(message: Message) -> bool:
    error = message.error()
    if error is not None and error.code() != END and error.code() not in PASSING:
        raise KafkaException(error)
    return error is None
