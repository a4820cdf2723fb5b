"""The checkpoint of one partition: cut, encode in slices, wait for the outputs, commit; never in the fold's way."""

import logging
import time
from asyncio import Future
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from enum import Enum

from agents.runtime.heads import FORMAT, Head, encode_head
from agents.runtime.lanes import Lanes
from agents.runtime.tally import Tally
from agents.runtime.transactions import CommitFailed, Denied, Entry, Fenced
from streams.folding import Fold

log = logging.getLogger("promostream.runtime")

SLICE = 0.001
REST = 0.003
"""Seconds of encoding and of rest after it: slices back to back would starve the threads that fetch."""
BITE = 16
RETRY_MS = 1000
GOLDEN = 0.618034

Commit = Callable[[bytes, Iterator[Entry]], Future[None]]


class State(Enum):
    """What a checkpoint is doing."""

    IDLE = "idle"
    ENCODING = "encoding"
    DELIVERING = "delivering"
    COMMITTING = "committing"


class Checkpointer:
    """Drives checkpoints from ``step``; ``commit(head, entries)`` writes both at once, off the loop.

    A checkpoint that fails keeps its entries as changed ones and is tried again. After being fenced (``fenced`` says
    by whom) there is none any more; whether that is an accident is for the partition to know. ``settings`` stand in
    every head; ``ending`` says that nothing is folded any more, and ``ended`` that a durable head tells so.
    """

    def __init__(
        self,
        fold: Fold,
        lanes: Lanes,
        commit: Commit,
        fatal: Callable[[str], None],
        tally: Tally,
        interval: int,
        settings: Mapping[str, str],
    ) -> None:
        self._fold = fold
        self._lanes = lanes
        self._commit = commit
        self._fatal = fatal
        self._tally = tally
        self._interval = interval
        self._settings = dict(settings)
        self.fenced = ""
        self.ending = self.ended = False
        self._state = State.IDLE
        self._entries: deque[Entry] = deque()
        self._topic_id = ""
        self._cut_head = b""
        self._cut_ending = False
        self._cut_applied = -1
        self._cut_at = 0
        self._cut_clock = 0.0
        self._wait_since = 0
        self._wait = 0
        self._rest_until = 0.0
        self._running: Future[None] | None = None

    def start(self, topic_id: str, durable: int, now: int, partition: int) -> None:
        """The state is that of offset ``durable``; partitions are staggered over the interval."""
        self._topic_id = topic_id
        self._tally.durable = durable
        self._tally.durable_at = now
        self._wait_since = now
        self._wait = int(self._interval * ((partition * GOLDEN) % 1.0))

    @property
    def busy(self) -> bool:
        """Whether a checkpoint is under way."""
        return self._state is not State.IDLE

    @property
    def behind(self) -> bool:
        """Whether the state contains what no checkpoint does."""
        return self._fold.applied > self._tally.durable

    @property
    def _wanted(self) -> bool:
        return self.behind or (self.ending and not self.ended)

    def due(self, now: int) -> bool:
        """Whether one should begin; a clock that was set back makes it due."""
        return not self.busy and self.behind and not 0 <= now - self._wait_since < self._wait

    def step(self, now: int, *, may_begin: bool = True, hurry: bool = False) -> None:
        """At most a slice of work; ``hurry`` leaves out rests and the interval."""
        if self._state is State.IDLE:
            if may_begin and not self.fenced and (self.due(now) or (hurry and self._wanted)):
                self._begin(now)
        elif self._state is State.ENCODING:
            self._encode(hurry=hurry)
        elif self._state is State.DELIVERING:
            if self._lanes.settled:
                self._write(now)
        elif self._running is not None and self._running.done():
            self._end(now, self._running)

    def abandon(self) -> None:
        """No checkpoint any more; one that is being written may still become durable, it was sealed before."""
        if self._running is not None:
            self._running.add_done_callback(lambda running: running.cancelled() or running.exception())
        self._running = None
        self._state = State.IDLE
        self._entries = deque()

    def _begin(self, now: int) -> None:
        self._cut_head = self._fold.cut()
        self._cut_applied = self._fold.applied
        self._cut_ending = self.ending
        self._lanes.mark()
        self._cut_at = now
        self._cut_clock = time.perf_counter()
        self._wait_since, self._wait = now, self._interval
        self._state = State.ENCODING

    def _encode(self, *, hurry: bool) -> None:
        start = time.perf_counter()
        if start < self._rest_until and not hurry:
            return
        while (now := time.perf_counter()) - start < SLICE:
            some = self._fold.encode_frozen(BITE)
            if not some:
                self._state = State.DELIVERING
                break
            self._entries += some
        self._rest_until = now + REST

    def _write(self, now: int) -> None:
        positions, ended = self._lanes.positions(), self._cut_ending
        head = Head(FORMAT, self._topic_id, self._cut_applied, positions, now, self._cut_head, self._settings, ended)
        entries, self._entries = self._entries, deque()
        self._tally.checkpoint_entries = len(entries)
        self._running = self._commit(encode_head(head), _used_up(entries))
        self._state = State.COMMITTING

    def _end(self, now: int, running: Future[None]) -> None:
        self._running = None
        self._state = State.IDLE
        try:
            running.result()
        except Fenced as fenced:
            self.fenced = str(fenced)
        except Denied as denied:
            self._fatal(str(denied))
        except CommitFailed as failed:
            self._fold.thaw()
            self._tally.checkpoint_failures += 1
            self._wait_since, self._wait = now, min(self._interval, RETRY_MS)
            log.warning("checkpoint failed and is tried again: %s", failed)
        except Exception as error:  # noqa: BLE001 - what is not known to pass must not be repeated for ever
            self._fatal(f"a checkpoint failed in a way that was not foreseen ({type(error).__name__}: {error})")
        else:
            self._fold.settle()
            self.ended = self._cut_ending
            self._tally.durable = self._cut_applied
            self._tally.durable_at = self._cut_at
            self._tally.checkpoints += 1
            self._tally.checkpoint_seconds = time.perf_counter() - self._cut_clock


def _used_up(entries: deque[Entry]) -> Iterator[Entry]:
    # Freed one by one where they are written: at once, half a million would hold the event loop for 200 ms.
    while entries:
        yield entries.popleft()
