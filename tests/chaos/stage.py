"""A stage: topics of its own on a real broker, a shop under load, supervised workers, and ways of breaking them."""

import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from agents.runtime.partition import wall_ms
from deploy.kafka import LocalKafka
from tests.chaos.ground import Ground
from tests.chaos.load import Load
from tests.chaos.standing import Crash, Standing
from tests.making.workers import Worker

USERS = 300
RATE = 250.0
PATIENCE = 100.0


class Stage(Ground):
    """Where one scenario plays; ``chance`` follows from the seed.

    All waiting goes through ``wait`` or ``lasts``, which also let supervision happen.
    """

    def __init__(
        self,
        name: str,
        seed: int,
        bootstrap: str,
        folder: Path,
        kafka: LocalKafka | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"chaos-{name}-{seed}-{os.getpid()}-", bootstrap, folder, environment)
        self.name, self.seed, self.folder, self.kafka = name, seed, folder, kafka
        self.chance = random.Random(f"{name}/{seed}")
        self.standing: list[Standing] = []
        self.load: Load | None = None
        self.recoveries: list[float] = []
        self.repeats = 0

    # ------------------------------------------------------------------ setting up
    def start(self, role: str, *, crash: Crash | None = None, **settings: object) -> Standing:
        """Another supervised worker, with settings of its own; ``crash`` (point, n): see ``tests.chaos.crashing``.

        Only the first process crashes there; those that follow are ordinary ones.
        """

        def begin(deadly: Crash | None) -> Worker:
            command = None
            if deadly is not None:
                command = [sys.executable, "-m", "tests.chaos.crashing", role, deadly[0], str(deadly[1])]
            return Worker(role, self.environment, self.folder, command, **settings)

        self.standing.append(Standing(role, begin, crash))
        return self.standing[-1]

    def open(self, *roles: str, rate: float = RATE, users: int = USERS, **settings: Any) -> list[Standing]:
        """Topics, a worker of each role, consents, load; returns once every role works."""
        self.create()
        started = [self.start(role, **settings) for role in roles]
        self.shop(rate, users)
        self.ready(*set(roles))
        return started

    def shop(self, rate: float = RATE, users: int = USERS, clock: Callable[[], int] = wall_ms) -> Load:
        """Customers consent, and begin to come; ``clock`` is the shop's, in ms."""
        self.load = Load(self.settings, self.seed, rate, users, clock)
        self.load.consent()
        self.load.start()
        return self.load

    # ------------------------------------------------------------------ letting time pass
    def wait(self, holds: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
        """Until it holds; supervision goes on meanwhile."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
            for standing in self.standing:
                standing.tend()
            time.sleep(0.02)

    def lasts(self, seconds: float) -> None:
        """Let it run for so long."""
        until = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() >= until, "time passes", seconds + 1)

    def ready(self, *roles: str, seconds: float = PATIENCE) -> None:
        """Wait until these roles work on all their partitions and are at most a second of load behind."""
        for role in roles:
            self.wait(lambda role=role: self.works(role), f"{role} works on every partition", seconds)  # type: ignore[misc]

    @contextmanager
    def recovery(self, role: str, seconds: float = PATIENCE) -> Iterator[None]:
        """Break something inside; measures the time until the role is ``ready`` again."""
        began = time.monotonic()
        yield
        self.ready(role, seconds=seconds)
        self.recoveries.append(time.monotonic() - began)

    def works(self, role: str) -> bool:
        """Whether the role's live workers own every partition, all open, and are not far behind."""
        workers = [standing.worker for standing in self.standing if standing.role == role and standing.up]
        if not all(worker.ready() for worker in workers):
            return False
        owned = [worker.series("lag_records") for worker in workers]
        opening = sum(worker.metric("recovery_remaining_records") for worker in workers)
        behind = sum(value for found in owned for value in found.values())
        places = [place for found in owned for place in found]
        complete = len(places) == len(set(places)) == self.places(role)
        return complete and not opening and behind <= RATE * 2

    # ------------------------------------------------------------------ the end
    def said(self) -> str:
        """Everything that any worker has written so far."""
        return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in self.folder.glob("*.log"))

    def close(self) -> None:
        """End every process and the load."""
        for standing in self.standing:
            standing.leave()
        if self.load is not None:
            self.load.stop()
