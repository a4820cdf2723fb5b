"""What is seen of a running system from outside, again and again: memory, lag, users, model versions, topics."""

import time
from collections.abc import Mapping
from pathlib import Path

import msgspec
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from agents.clients import admin_client, consumer
from agents.runtime.reading import bounds, read_to_end
from agents.settings import Settings
from schemas.models import version_of
from schemas.topics import MODELS, TOPICS, USER_LOG
from tests.making.workers import Worker

MB = 1024.0


class Sample(msgspec.Struct, frozen=True):
    """One look, ``at`` seconds after the start; memory in MB by role, ``learn``'s child apart; messages by topic."""

    at: float
    memory: dict[str, float]
    lag: dict[str, float]
    users: int
    versions: int
    messages: dict[str, int]


class Watch:
    """Takes samples of workers by role, and of their topics; ``forget`` stands in for the log's retention.

    ``published`` counts the model versions that were seen.
    """

    def __init__(self, settings: Settings, workers: Mapping[str, Worker]) -> None:
        self.partitions = settings.partitions
        self.published = 0
        self._settings = settings
        self._workers = workers
        self._began = time.monotonic()
        self._admin: AdminClient = admin_client(settings)
        self._reader = consumer(settings, isolation_level="read_uncommitted", fetch_wait_max_ms=10)
        self._models: set[tuple[str, int]] = set()
        self._models_next = 0

    def sample(self) -> Sample:
        """A look at everything."""
        return Sample(
            at=time.monotonic() - self._began,
            memory=self._memory(),
            lag={role: worker.metric("lag_records") for role, worker in self._workers.items()},
            users=int(self._workers["decide"].metric("state_users")),
            versions=self._versions(),
            messages={name: self._messages(name) for name in TOPICS},
        )

    def forget(self, keep: int) -> None:
        """Let every partition of the log begin so many records before its end, as retention would."""
        name = self._settings.topic(USER_LOG)
        places = []
        for partition in range(self._settings.partitions):
            low, end = self._bounds(name, partition)
            places += [TopicPartition(name, partition, end - keep)] if end - keep > low else []
        for deleted in (self._admin.delete_records(places) if places else {}).values():
            deleted.result()

    def _memory(self) -> dict[str, float]:
        own = {role: _resident(worker.process.pid) for role, worker in self._workers.items()}
        return own | {"learn: fitting": sum(map(_resident, _children(self._workers["learn"].process.pid)))}

    def _versions(self) -> int:
        """How many snapshots stand on ``models`` that no tombstone has removed."""
        place = (self._settings.topic(MODELS), 0)
        low, end = self._bounds(*place)
        start = {place: max(low, self._models_next)}
        for message in read_to_end(self._reader, start, {place: end}, lambda: False):
            version = version_of(message.key())
            if version is not None and message.value() is None:
                self._models.discard(version)
            elif version is not None:
                self.published += version not in self._models
                self._models.add(version)
        self._models_next = end
        return len(self._models)

    def _messages(self, topic: str) -> int:
        name = self._settings.topic(topic)
        partitions = self._settings.partitions if TOPICS[topic].partitions == "log" else int(TOPICS[topic].partitions)
        limits = [self._bounds(name, partition) for partition in range(partitions)]
        return sum(end - low for low, end in limits)

    def _bounds(self, name: str, partition: int) -> tuple[int, int]:
        return bounds(self._reader, (name, partition), lambda: False)


def _resident(pid: int) -> float:
    """Resident memory of a process, in MB; 0 once it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0) / MB


def _children(pid: int) -> list[int]:
    """Processes that it started, by any of its threads."""
    try:
        threads = [thread.read_text(encoding="ascii") for thread in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return []
    return [int(child) for children in threads for child in children.split()]
