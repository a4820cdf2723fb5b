"""Workers that end with the test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.making.workers import Worker


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Start a worker: ``start("decide", checkpoint_interval=1)``."""
    workers: list[Worker] = []

    def started(role: str, **settings: object) -> Worker:
        workers.append(Worker(role, environment, tmp_path, None, **settings))
        return workers[-1]

    yield started
    for worker in workers:
        if worker.alive():
            worker.kill()
