"""A local Kafka of one or three brokers in one directory: start, stop, status, clean."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from deploy.kafka.broker import launch, properties, storage_tool
from deploy.kafka.clock import Clock
from deploy.kafka.cluster import Cluster
from deploy.kafka.jars import KafkaUnavailable, Say, find_jars, find_java
from deploy.kafka.probe import HOST
from deploy.kafka.security import Security

ATTEMPTS = 3
START_SECONDS = 90.0
STOP_SECONDS = 20.0
KILL_SECONDS = 5.0


class Status(NamedTuple):
    """One broker as it is now; ``answers`` when its port is served by this cluster."""

    node: int
    address: str
    pid: int
    running: bool
    answers: bool
    log: str


def _silent(sentence: str) -> None:
    del sentence


class LocalKafka:
    """Apache Kafka (KRaft, brokers that are controllers too) whose files, logs and process ids live in ``directory``.

    Any process may start, ask or stop the same directory; only processes started from it are ever ended.
    As a context manager it starts on entry and stops on exit; the data stays until ``clean``.
    """

    def __init__(self, directory: Path, brokers: int = 1, heap: str = "384m", say: Say = _silent) -> None:
        self._cluster = Cluster(directory)
        self.clock = Clock(self._cluster.directory / "clock")
        self._count = brokers
        self._heap = heap
        self._say = say

    @property
    def bootstrap(self) -> str:
        """The bootstrap servers; empty before the first start."""
        return self._cluster.bootstrap

    @property
    def pids(self) -> dict[int, int]:
        """The process ids of the running brokers by node id."""
        return self._cluster.pids

    @property
    def logs(self) -> Path:
        """The directory of the brokers' logs and Maven's."""
        return self._cluster.logs

    @property
    def security(self) -> Security:
        """Passwords and certificates; a cluster whose security is made before its first start is closed."""
        return self._cluster.security

    def start(self) -> str:
        """Start every broker that does not run and return the bootstrap servers once all of them answer.

        Raises:
            KafkaUnavailable: Java or Maven is missing, or a broker did not come up; the text names the log.

        """
        self._cluster.refresh()
        held = len(self._cluster.brokers)
        if held and held != self._count:
            problem = f"{self._cluster.directory} holds a cluster of {held} broker(s), not {self._count}"
            raise KafkaUnavailable(f"{problem}; `clean` it first or name another directory")
        java = find_java()
        jars = find_jars(self.logs / "maven.log", self._say)
        for _ in range(ATTEMPTS):
            self._cluster.plan(self._count)
            if self._up(java, jars):
                if self.security.exists:
                    self.security.tell(self.bootstrap)
                return self.bootstrap
        raise KafkaUnavailable(f"other programs took the ports of the broker {ATTEMPTS} times; start it again")

    def close_to_strangers(self, users: Iterable[str] = ()) -> None:
        """Make this cluster one with TLS, SCRAM users and an authoriser; before its first start.

        Raises:
            KafkaUnavailable: it has been started as an open one.

        """
        if self.security.exists:
            return
        if self._cluster.brokers:
            problem = f"{self._cluster.directory} holds an open cluster"
            raise KafkaUnavailable(f"{problem}; `clean` it first or name another directory")
        self.security.make(users)

    def stop(self) -> None:
        """End the brokers of this directory, politely first; nothing happens when none runs."""
        self._cluster.refresh()
        for number, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, KILL_SECONDS)):
            self._cluster.signal(number)
            deadline = time.monotonic() + seconds
            while self.pids and time.monotonic() < deadline:
                time.sleep(0.05)
        self._cluster.reap()

    def clean(self) -> None:
        """Stop and remove the directory with all data and logs; a directory of something else stays."""
        self.stop()
        if self._cluster.file.exists():
            shutil.rmtree(self._cluster.directory)
        self._cluster = Cluster(self._cluster.directory)

    def status(self) -> list[Status]:
        """Each broker as it is now."""
        return [
            Status(
                node=broker["node"],
                address=f"{HOST}:{broker['port']}",
                pid=broker["pid"],
                running=self._cluster.is_running(broker),
                answers=self._cluster.metadata(broker) is not None,
                log=str(self._cluster.log(broker)),
            )
            for broker in self._cluster.brokers
        ]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _up(self, java: str, jars: Path) -> bool:
        """Bring all brokers up; False when another program has taken a port meanwhile."""
        try:
            self._format(java, jars)
            self._launch(java, jars)
            self._await_answers()
        except BaseException as error:
            self.stop()
            if isinstance(error, KafkaUnavailable) and not self._cluster.ports_are_free():
                return False
            raise
        return True

    def _format(self, java: str, jars: Path) -> None:
        """Write the configurations, and format the data directories that are new, side by side."""
        tools = []
        for broker in self._cluster.brokers:
            config = self._cluster.config(broker)
            data = config.with_name("data")
            config.parent.mkdir(exist_ok=True)
            closed = self.security.properties(broker) if self.security.exists else ""
            config.write_text(properties(broker, self._cluster.brokers, data) + closed, encoding="utf-8")
            if not (data / "meta.properties").exists():
                command = storage_tool(java, jars, self._cluster.cluster_id, config)
                command += self.security.format_arguments() if self.security.exists else []
                with self._cluster.log(broker).open("ab") as out:
                    tools.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out))
        exit_codes = [tool.wait() for tool in tools]
        if any(exit_codes):
            raise KafkaUnavailable(f"Kafka could not format its directories; the logs are in {self.logs}")

    def _launch(self, java: str, jars: Path) -> None:
        for broker in self._cluster.brokers:
            if not self._cluster.is_running(broker):
                config, log = self._cluster.config(broker), self._cluster.log(broker)
                child = launch(java, jars, config, self._heap, log, self.clock.environment())
                self._cluster.adopt(broker, child)

    def _await_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        waiting = list(self._cluster.brokers)
        while waiting:
            broker, log = waiting[0], self._cluster.log(waiting[0])
            answer = self._cluster.metadata(broker)
            if answer and len(answer.brokers) == self._count:
                waiting.pop(0)
            elif not self._cluster.is_running(broker):
                raise KafkaUnavailable(f"broker {broker['node']} ended while starting; its log is {log}")
            elif time.monotonic() > deadline:
                raise KafkaUnavailable(f"broker {broker['node']} gave no answer in {START_SECONDS:.0f} s; see {log}")
            else:
                time.sleep(0.05)
