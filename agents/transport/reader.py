"""Reads assigned partitions at given offsets with librdkafka, in a thread beside the fold."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

from agents.transport.batches import BEGINNING, Batch, Place
from agents.transport.ends import Ends
from agents.transport.messages import MISSING, PASSING, log_records, runs

AHEAD = 2
"""Batches that may wait for the fold; more would only be memory."""
MANY = 100
SMALL = 2.0
"""After a batch of fewer records the pace is so much slower: then waking up is what costs."""
IDLE_POLL = 0.05
"""Seconds the thread sleeps in librdkafka when nothing comes: how long a command may wait."""


class Reader:
    """One librdkafka consumer without a group; ``records`` makes what stands in batches out of messages.

    ``place``, ``leave`` and ``withdraw`` are called from the event loop and take effect in that order. ``epoch`` is
    that of the positions in force. ``failed`` says why nothing can be read any more, ``refused`` why a partition
    cannot: its offset is not in the log, or its topic is not there (now); ``try_again`` reads on in the latter case.
    """

    def __init__(
        self,
        consumer: Callable[[], Consumer],
        ends: Ends,
        poll_records: int,
        pace: float,
        records: Callable[[Sequence[Message]], list[Any]] = log_records,
    ) -> None:
        self.epoch = 0
        self.failed = ""
        self.refused: dict[Place, str] = {}
        self._new_consumer = consumer
        self._ends = ends
        self._poll_records = poll_records
        self._pace = pace
        self._make = records
        self._commands: deque[Callable[[Consumer], None]] = deque()
        self._batches: deque[Batch] = deque()
        self._space = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._reading_epoch = 0
        self._positions: dict[Place, int] = {}
        self._missed: dict[Place, int] = {}

    # ------------------------------------------------------------------ called from the event loop
    def start(self) -> None:
        """Begin; nothing is read before ``place``."""
        self._loop = asyncio.get_running_loop()
        self._arrived = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="reader", daemon=True)
        self._thread.start()

    def withdraw(self) -> int:
        """Read nothing any more, and drop what was read; returns the new epoch."""
        self.epoch += 1
        self._batches.clear()
        self._space.set()
        epoch = self.epoch
        self._commands.append(lambda consumer: self._withdraw(consumer, epoch))
        return epoch

    def place(self, epoch: int, positions: Mapping[Place, int]) -> None:
        """Read these partitions too, from these offsets; ignored if ``epoch`` is over."""
        if epoch == self.epoch and positions:
            self._commands.append(lambda consumer: self._place(consumer, positions))

    def leave(self, place: Place) -> None:
        """Read this partition no more; batches on their way may still hold records of it."""
        self._commands.append(lambda consumer: self._leave(consumer, place))

    def try_again(self, topics: Collection[str]) -> None:
        """Read on where the topic was not there, now that it is; not to be said of one that was made anew."""
        if any(place.topic in topics for place in tuple(self._missed)):
            epoch = self.epoch
            self._commands.append(lambda consumer: self._try_again(consumer, topics, epoch))

    async def take(self) -> Batch:
        """The next batch of the epoch in force."""
        while True:
            while self._batches:
                batch = self._batches.popleft()
                self._space.set()
                if batch.epoch == self.epoch:
                    return batch
            self._arrived.clear()
            if not self._batches:
                await self._arrived.wait()

    def lag(self) -> dict[Place, int]:
        """Records between what was read and the end as last heard from the broker."""
        ends = self._ends.known()
        return {place: max(0, ends[place] - at) for place, at in dict(self._positions).items() if place in ends}

    async def stop(self) -> None:
        """End the thread (at most 5 s)."""
        self._stopping = True
        self._space.set()
        if self._thread is not None:
            await self._loop.run_in_executor(None, self._thread.join, 5.0)

    # ------------------------------------------------------------------ the thread
    def _run(self) -> None:
        try:
            with self._new_consumer() as consumer:
                while not self._stopping:
                    self._turn(consumer)
        except KafkaException as error:
            self.failed = str(error.args[0])
        except Exception as error:  # noqa: BLE001 - a thread's last line of defence: it must not end unheard
            self.failed = f"{type(error).__name__}: {error}"

    def _turn(self, consumer: Consumer) -> None:
        while self._commands:
            self._commands.popleft()(consumer)
        self._ends.ask(self._positions)
        self._space.clear()
        if len(self._batches) >= AHEAD:
            self._space.wait(IDLE_POLL)
            return
        began = time.monotonic()
        batch = self._fetch(consumer)
        if batch is not None:
            self._batches.append(batch)
            self._loop.call_soon_threadsafe(self._arrived.set)
            pace = self._pace if batch.size() >= MANY else SMALL * self._pace
            time.sleep(max(0.0, pace - (time.monotonic() - began)))

    def _withdraw(self, consumer: Consumer, epoch: int) -> None:
        consumer.unassign()
        self._reading_epoch = epoch
        self._positions.clear()
        self._missed.clear()
        self.refused.clear()
        self._ends.forget()

    def _place(self, consumer: Consumer, positions: Mapping[Place, int]) -> None:
        for place in positions:
            self._leave(consumer, place)
        consumer.incremental_assign(
            [TopicPartition(*p, OFFSET_BEGINNING if at == BEGINNING else at) for p, at in positions.items()]
        )
        self._positions.update(positions)

    def _try_again(self, consumer: Consumer, topics: Collection[str], epoch: int) -> None:
        back = {place: at for place, at in self._missed.items() if place.topic in topics and epoch == self.epoch}
        for place in back:
            del self._missed[place]
            self.refused.pop(place, None)
        if back:
            self._place(consumer, back)

    def _leave(self, consumer: Consumer, place: Place) -> None:
        if self._positions.pop(place, None) is not None:
            consumer.incremental_unassign([TopicPartition(*place)])

    def _fetch(self, consumer: Consumer) -> Batch | None:
        if not self._positions:
            time.sleep(IDLE_POLL)
            return None
        first = consumer.poll(IDLE_POLL)
        # consume(n, t) would wait for n messages or all of t
        messages = [] if first is None else [first, *consumer.consume(self._poll_records - 1, 0)]
        records: dict[Place, list[Any]] = {}
        for place, run in runs(messages):
            self._take_up(consumer, place, run, records)
        drained = self._ends.reached(self._positions)
        return Batch(self._reading_epoch, records, drained) if records or drained else None

    def _take_up(
        self, consumer: Consumer, place: Place, run: Sequence[Message], records: dict[Place, list[Any]]
    ) -> None:
        if place not in self._positions:
            return
        error = run[0].error()
        if error is not None:
            self._hear(consumer, place, error, run[0].offset() or 0)
            return
        self._positions[place] = (run[-1].offset() or 0) + 1
        taken = records.get(place)
        if taken is None:
            records[place] = self._make(run)
        else:
            taken += self._make(run)

    def _hear(self, consumer: Consumer, place: Place, error: KafkaError, offset: int) -> None:
        if error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - the library's own name
            self._positions[place] = max(offset, self._positions[place])
        elif error.code() not in PASSING:
            if error.code() in MISSING:
                self._missed[place] = self._positions[place]
            self.refused[place] = f"{error.name()}: {error.str()}"
            self._leave(consumer, place)
