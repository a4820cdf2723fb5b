"""The brokers' wall clock, which may be set while they run: Debian's libfaketime between the JVM and the system."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from deploy.kafka.jars import KafkaUnavailable

LIBRARIES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/lib/faketime/libfaketimeMT.so.1")
CACHED_SECONDS = 1
"""How long a broker may go on with the former clock: reading the file at every look would cost too much."""


def find_faketime(places: Iterable[str] = LIBRARIES) -> Path:
    """The library.

    Raises:
        KafkaUnavailable: it is not installed.

    """
    found = sorted(file for pattern in places for file in Path("/").glob(pattern[1:]))
    if not found:
        raise KafkaUnavailable("faketime is not installed; `apt-get install faketime` (Debian) brings it")
    return found[0]


class Clock:
    """The clock of one cluster: the machine's, unless ``make`` is called before its first start.

    ``file`` holds by how much it differs. Only the time of day moves: waiting and timeouts keep their pace.
    """

    def __init__(self, file: Path, find: Callable[[], Path] = find_faketime) -> None:
        self.file = file
        self._find = find

    @property
    def exists(self) -> bool:
        """Whether the brokers have a clock of their own."""
        return self.file.exists()

    def make(self) -> None:
        """Give the brokers a clock of their own, which agrees with the machine's until it is moved.

        Raises:
            KafkaUnavailable: faketime is not installed.

        """
        self._find()
        self.move(0)

    def move(self, seconds: int) -> None:
        """Set the clock this far from the machine's, ahead or (negative) behind; in force within about a second."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}\n", encoding="ascii")
        fresh.rename(self.file)

    def environment(self) -> dict[str, str]:
        """The environment in which a broker has this clock."""
        if not self.exists:
            return dict(os.environ)
        return os.environ | {
            "LD_PRELOAD": str(self._find()),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": str(CACHED_SECONDS),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # else every timed wait of the JVM returns at once
            "NO_FAKE_STAT": "1",
        }
