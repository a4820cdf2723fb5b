"""Reads the topic ``models`` into a store: to its end before partitions open, then on and on, in a thread."""

import asyncio
import logging
from collections.abc import Callable
from threading import Event, Thread
from typing import Protocol

import msgspec

from agents import clients
from agents.runtime.reading import Stopped, bounds, follow, read_to_end
from agents.settings import Settings
from schemas import topics
from schemas.codec import decode_msgpack
from schemas.models import ModelSnapshot

log = logging.getLogger("promostream.runtime")

STOP_PATIENCE = 5.0


class Shelf(Protocol):
    """Takes snapshots, from the reader's thread."""

    def add(self, snapshot: ModelSnapshot) -> None:
        """One more snapshot; repeats may come."""


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
        self.read = 0
        self.unreadable = 0

    async def start(self) -> None:
        """Begin; returns when everything that was on the topic is in the store, or the reader has failed."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()
        await self._loop.run_in_executor(None, self._caught_up.wait)

    async def stop(self) -> None:
        """Stop reading."""
        self._stop.set()
        if self._thread.ident is not None:
            await asyncio.get_running_loop().run_in_executor(None, self._thread.join, STOP_PATIENCE)

    def take(self, value: bytes | None) -> None:
        """One message of the topic; what is no snapshot is counted and passed over, its activation will wait."""
        if value is None:
            return
        try:
            snapshot = decode_msgpack(value, ModelSnapshot)
        except msgspec.MsgspecError as error:
            self.unreadable += 1
            log.warning("a message on models is not a snapshot (%s); publish the model again", error)
            return
        self._store.add(snapshot)
        self.read += 1

    def _run(self) -> None:
        try:
            with clients.consumer(self._settings, isolation_level="read_uncommitted") as reader:
                low, end = bounds(reader, self._place, self._stop.is_set)
                for message in read_to_end(reader, {self._place: low}, {self._place: end}, self._stop.is_set):
                    self.take(message.value())
                self._caught_up.set()
                for message in follow(reader, self._place, end, self._stop.is_set):
                    self.take(message.value())
        except Stopped:
            pass
        except Exception as error:  # noqa: BLE001 - a thread's last line of defence: the process must not go on
            self._loop.call_soon_threadsafe(self._fatal, f"models cannot be read ({error})")
        finally:
            self._caught_up.set()
