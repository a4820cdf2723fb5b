"""When a source of garbage is to be read no further for a while: a bound on dead letters per second and partition."""

from streams.intake.merge import Input

BURST_SECONDS = 30
"""A partition may bring the dead letters of so many seconds at once before it is paused."""
RESUME_SECONDS = 10
"""It is read again when it may bring those of so many seconds: pauses are seconds, not a flicker."""


class Floods:
    """A token bucket per input partition; ``now`` is wall time in ms and may be set back.

    Refused messages take tokens, time brings ``rate`` of them a second. A partition without tokens is paused until
    it has ``RESUME_SECONDS`` worth of them. So in any ``t`` seconds its dead letters are at most
    ``rate × (t + BURST_SECONDS)`` and the rest of the chunk that took the last token.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._most = rate * BURST_SECONDS * 1000
        self._tokens: dict[Input, int] = {}
        self._seen: dict[Input, int] = {}
        self._paused: set[Input] = set()

    def own(self, sources: set[Input]) -> None:
        """Forget every partition but these."""
        self._tokens = {source: tokens for source, tokens in self._tokens.items() if source in sources}
        self._seen = {source: at for source, at in self._seen.items() if source in sources}
        self._paused &= sources

    def refused(self, source: Input, now: int) -> None:
        """A message of this partition became a dead letter."""
        self._refill(source, now)
        self._tokens[source] -= 1000
        if self._tokens[source] <= 0:
            self._paused.add(source)

    def paused(self, source: Input, now: int) -> bool:
        """Whether this partition is to be left unread now."""
        if source not in self._paused:
            return False
        self._refill(source, now)
        if self._tokens[source] >= self._rate * RESUME_SECONDS * 1000:
            self._paused.discard(source)
        return source in self._paused

    def _refill(self, source: Input, now: int) -> None:
        elapsed = max(0, now - self._seen.get(source, now))
        self._seen[source] = now
        # thousandths of a letter, so that a short time brings its share exactly
        self._tokens[source] = min(self._most, self._tokens.get(source, self._most) + elapsed * self._rate)
