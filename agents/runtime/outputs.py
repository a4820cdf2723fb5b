"""The process's one idempotent, gapless producer; an output that cannot be delivered ends the process."""

import logging
from collections.abc import Callable

from agents import clients
from agents.runtime.lanes import Lanes, Wire
from agents.runtime.stalls import MESSAGE_TIMEOUT, STUCK, Stalls
from agents.settings import Settings

log = logging.getLogger("promostream.runtime")

MOST_QUEUED = 200_000
"""Outputs on their way above which no partition folds."""


def output_producer(settings: Settings) -> Wire:
    """The real producer of outputs."""
    return clients.producer(settings, message_timeout_ms=int(MESSAGE_TIMEOUT * 1000))


OVERDUE = "outputs were still on their way when the lease ended"


class Outputs:
    """Sends for all partitions of the process. ``fatal(reason)`` must end the process; it is called once.

    ``lease()``: nothing is queued without it, and what is still queued when it ends must never go out: a successor may
    have read how far the outputs go. Only the end of the process makes sure of that: ``at_once(reason)`` must not wait.
    """

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
        self._fatal = fatal
        self._wire = wire if wire is not None else output_producer(settings)
        self._lease = lease
        self._at_once = at_once or fatal
        self._stalls = Stalls()
        self.failed = ""

    def lanes(self, partition: int) -> Lanes:
        """Bookkeeping for the outputs of one log partition."""
        return Lanes(self._wire, self._settings.topic, partition, self.fail, self.may_send, self._end)

    def serve(self) -> None:
        """Let delivery reports arrive; never blocks."""
        waiting = len(self._wire)
        reports = self._wire.poll(0) if waiting else 0  # asking costs the interpreter's lock
        if self._stalls.stuck(waiting, reports):
            self._end(STUCK)
        if waiting:
            self.may_send()

    def may_send(self) -> bool:
        """Whether the lease holds; if not, and something is on its way, this process ends."""
        holds = self._lease()
        if not holds and len(self._wire):
            self._end(OVERDUE)
        return holds

    @property
    def congested(self) -> bool:
        """Whether so much is on its way that folding should pause."""
        return bool(self.failed) or len(self._wire) > MOST_QUEUED

    def fail(self, reason: str) -> None:
        """Outputs are not gapless any more: nothing more is sent, and the process must end."""
        if not self.failed:
            self.failed = reason
            log.critical("%s; the process ends and recovers from its checkpoints", reason)
            self._fatal(reason)

    def _end(self, reason: str) -> None:
        """There is a hole, or there may soon be one: what stands behind it must not be delivered."""
        if not self.failed:
            self.failed = reason
            log.critical("%s; the process ends and recovers from its checkpoints", reason)
            self._at_once(reason)

    def close(self, timeout: float) -> int:
        """Blocking: wait for deliveries at most ``timeout`` seconds; the number still outstanding."""
        return self._wire.flush(timeout)
