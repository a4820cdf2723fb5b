"""What intake has written: queued in order, delivered, and where to read on once it is."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Mapping

from confluent_kafka import KafkaError, Message

from agents.runtime.wires import GaplessWire, Headers, Wire
from agents.settings import Settings
from agents.transport.batches import Place
from streams.intake.fold import IntakeOutput

PATIENCE = 0.01


class Deliveries:
    """Counts what was queued and delivered; for the arguments see ``GaplessWire``."""

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
        self._wire = GaplessWire(wire, fail, lease, at_once or fail)
        self._sent = self._delivered = 0
        self._noted: deque[tuple[int, Mapping[Place, int]]] = deque()
        self.serve = self._wire.serve

    def send(self, outputs: Collection[IntakeOutput]) -> None:
        """Queue outputs in order; waits only when the broker is slower than this process."""
        if outputs and not self._wire.may_send():
            self._wire.fail("the lease ended between reading and writing")
            return
        for output in outputs:
            while not self._queue(output):
                self.serve(PATIENCE)
            self._sent += 1
        self.serve()

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
        headers: Headers = [*output.headers]
        partition = -1 if output.partition is None else output.partition
        topic = self._settings.topic(output.topic)
        return self._wire.produce(
            topic, output.value, output.key, partition, on_delivery=self._arrived, headers=headers
        )

    def _arrived(self, error: KafkaError | None, message: Message) -> None:
        if error is None:
            self._delivered += 1
        else:
            self._wire.lost(str(message.topic()), error)
