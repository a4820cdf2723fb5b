"""What intake has written: queued in order, delivered, and where to read on once it is."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Mapping

from confluent_kafka import KafkaError, Message

from agents.runtime.lanes import Wire
from agents.runtime.outputs import OVERDUE
from agents.runtime.stalls import STUCK, Stalls
from agents.settings import Settings
from agents.transport.batches import Place
from streams.intake.fold import IntakeOutput

PATIENCE = 0.01


class Deliveries:
    """Counts what was queued and delivered; ``fail(reason)`` must end the process when nothing may be written.

    ``lease`` and ``at_once`` as in ``runtime.outputs``: what waits when the lease ends could overtake a successor.
    """

    def __init__(
        self,
        settings: Settings,
        wire: Wire,
        fail: Callable[[str], None],
        *,
        lease: Callable[[], bool] = lambda: True,
        at_once: Callable[[str], None] | None = None,
    ) -> None:
        self._settings = settings
        self._wire = wire
        self._fail = fail
        self._lease = lease
        self._at_once = at_once or fail
        self._sent = self._delivered = 0
        self._stalls = Stalls()
        self._noted: deque[tuple[int, Mapping[Place, int]]] = deque()

    def send(self, outputs: Collection[IntakeOutput]) -> None:
        """Queue outputs in order; waits only when the broker is slower than this process."""
        if outputs and not self._lease():
            self._fail("the lease ended between reading and writing")
            return
        for output in outputs:
            while not self._queue(output):
                self._wire.poll(PATIENCE)
                self._look_at_lease()
            self._sent += 1
        self.serve()

    def serve(self) -> None:
        """Let delivery reports arrive."""
        if self._stalls.stuck(len(self._wire), self._wire.poll(0)):
            self._at_once(STUCK)
        self._look_at_lease()

    async def settle(self, seconds: float) -> bool:
        """Whether everything is delivered within this time."""
        deadline = asyncio.get_running_loop().time() + seconds
        while self._delivered < self._sent and asyncio.get_running_loop().time() < deadline:
            self.serve()
            await asyncio.sleep(PATIENCE)
        return self._delivered >= self._sent

    def note(self, positions: Mapping[Place, int]) -> None:
        """Reading may go on from here once everything queued until now is delivered."""
        self._noted.append((self._sent, positions))

    def durable(self) -> Mapping[Place, int]:
        """The latest positions noted that hold now and were not given yet; empty for none."""
        positions: Mapping[Place, int] = {}
        while self._noted and self._noted[0][0] <= self._delivered:
            positions = self._noted.popleft()[1]
        return positions

    def forget(self) -> None:
        """Positions noted so far are of partitions that may be others' now."""
        self._noted.clear()

    def _queue(self, output: IntakeOutput) -> bool:
        headers: list[tuple[str, str | bytes | None]] = [*output.headers]
        partition = -1 if output.partition is None else output.partition
        topic = self._settings.topic(output.topic)
        try:
            self._wire.produce(topic, output.value, output.key, partition, on_delivery=self._arrived, headers=headers)
        except BufferError:
            return False
        return True

    def _look_at_lease(self) -> None:
        if len(self._wire) and not self._lease():
            self._at_once(OVERDUE)

    def _arrived(self, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            # without the right nothing behind it arrives either, so there is time for the line that names the right
            end = self._fail if error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED else self._at_once
            end(f"a record for {message.topic()} was not delivered ({error.str()})")
            return
        self._delivered += 1
