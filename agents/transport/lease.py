"""The lease: how long this process may act without hearing from the group's coordinator."""

from collections.abc import Callable


class Lease:
    """Holds while now < last answered heartbeat + session timeout less the margin; times in s of a monotonic clock.

    A heartbeat counts from the moment it was sent: the coordinator cannot have counted it earlier.
    """

    def __init__(self, session_timeout: float, margin: float, clock: Callable[[], float]) -> None:
        self._term = session_timeout - margin
        self._clock = clock
        self._answered: float | None = None
        self._started = clock()

    def answered(self, sent_at: float) -> None:
        """A heartbeat sent at ``sent_at`` was answered with success."""
        if self._answered is None or sent_at > self._answered:
            self._answered = sent_at

    def may_act(self) -> bool:
        """Whether anything may be folded or sent now."""
        return self._answered is not None and self._clock() < self._answered + self._term

    def silence(self) -> float:
        """Seconds since the last answered heartbeat, or since the start."""
        return self._clock() - (self._started if self._answered is None else self._answered)
