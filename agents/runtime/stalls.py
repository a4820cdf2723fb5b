"""Messages that are on their way for too long: the process must end before librdkafka gives any of them up."""

import time
from collections.abc import Callable

MESSAGE_TIMEOUT = 120.0
"""Seconds. A message that times out leaves a hole: librdkafka sends those behind it all the same (its gapless guarantee
is about brokers' answers only), and readers, who drop by origin, would never take the lost one again."""
PATIENCE = 60.0
STUCK = f"nothing was delivered for {PATIENCE:.0f} s"


class Stalls:
    """Watches a producer: ``stuck`` once messages have waited for ``PATIENCE`` seconds without one report."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since = clock()

    def stuck(self, waiting: int, reports: int) -> bool:
        """Told at every look: how many messages are on their way, and how many reports came since the last look."""
        if reports or not waiting:
            self._since = self._clock()
        return self._clock() - self._since > PATIENCE
