"""The process's one idempotent, gapless producer, for all of its partitions."""

from collections.abc import Callable

from agents import clients
from agents.runtime.lanes import Lanes
from agents.runtime.stalls import MESSAGE_TIMEOUT
from agents.runtime.wires import GaplessWire, Wire
from agents.settings import Settings

MOST_QUEUED = 200_000
"""Outputs on their way above which no partition folds."""


def output_producer(settings: Settings) -> Wire:
    """The real producer of outputs."""
    return clients.producer(settings, message_timeout_ms=int(MESSAGE_TIMEOUT * 1000))


class Outputs:
    """Sends for all partitions of the process; for the arguments see ``GaplessWire``."""

    def __init__(
        self,
        settings: Settings,
        fatal: Callable[[str], None],
        wire: Wire | None = None,
        *,
        lease: Callable[[], bool] = lambda: True,
        at_once: Callable[[str], None] | None = None,
    ) -> None:
        self._settings = settings
        wire = wire if wire is not None else output_producer(settings)
        self._wire = GaplessWire(wire, fatal, lease, at_once or fatal)
        self.fail = self._wire.fail
        self.serve = self._wire.serve

    def lanes(self, partition: int) -> Lanes:
        """Bookkeeping for the outputs of one log partition."""
        return Lanes(self._wire, self._settings.topic, partition)

    @property
    def failed(self) -> str:
        """Why nothing more is sent; empty while something is."""
        return self._wire.failed

    @property
    def congested(self) -> bool:
        """Whether so much is on its way that folding should pause."""
        return bool(self.failed) or len(self._wire) > MOST_QUEUED

    def close(self, timeout: float) -> int:
        """Blocking: wait for deliveries at most ``timeout`` seconds; the number still outstanding."""
        return self._wire.flush(timeout)
