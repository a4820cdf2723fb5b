"""Log lines of a worker: short, readable, to standard error; libraries only say what is wrong, and say it once."""

import logging
import sys
import time

AGAIN = 30.0
"""Seconds before a library may repeat itself."""
LIBRARIES = ("aiokafka", "faust", "mode", "asyncio", "agents")
"""mode names its loggers after the modules of its subclasses, hence ours; our own lines go to ``promostream``."""


class Seldom(logging.Filter):
    """Lets a library's line pass if it did not say the same within ``AGAIN`` seconds."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is new."""
        if record.name.startswith("promostream"):
            return True
        key, now = f"{record.name}{record.msg}", time.monotonic()
        if now - self._said.get(key, -AGAIN) < AGAIN:
            return False
        self._said[key] = now
        return True


def set_up_logs(level: str) -> None:
    """Send log lines to standard error. Left at their default, libraries cost a tenth of a busy worker."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname).1s %(message)s", "%H:%M:%S"))
    handler.addFilter(Seldom())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("promostream").setLevel(level)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
