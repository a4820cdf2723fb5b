"""``decide`` and its peers: how each is started, how far it is, and what it persists."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from msgspec import structs

from agents.settings import PREFIX, Settings, environment_of
from tests.benchmarks.broker import make_outputs
from tests.benchmarks.peers.task import LOG_PREFIX
from tests.benchmarks.peers_environment import peers_python
from tests.making.workers import Worker

DECIDE = "decide"


class Contestant(NamedTuple):
    """One program; ``module`` is run by Python, in the peers' environment if ``apart``; empty for ``decide`` itself."""

    name: str
    persists: str
    module: str = ""
    apart: bool = False


CONTESTANTS = (
    Contestant(
        DECIDE,
        "users, clock, origins, campaigns, models, counters, output positions: one transaction a checkpoint",
    ),
    Contestant("faust", "users, clock, origins: a changelog record per change", "stock_faust"),
    Contestant("quix", "users, clock, origins: RocksDB and changelog at each commit", "quix_app", apart=True),
    Contestant(
        "bytewax",
        "users, clock, origins: a snapshot of whole partitions at each epoch",
        "bytewax_flow",
        apart=True,
    ),
    Contestant("bare", "nothing", "bare_loop"),
)


class Running(Protocol):
    """A contestant at work."""

    process: subprocess.Popen[Any]
    log: Path

    def done(self) -> float:
        """Events folded so far."""


@contextmanager
def running(contestant: Contestant, settings: Settings) -> Iterator[Running]:
    """Start it on the log of ``settings``; ends it. A peer writes topics of its own, so that all do the same work.

    Raises:
        PeerUnavailable: it cannot be installed here.

    """
    with tempfile.TemporaryDirectory(prefix="promostream-bench-") as folder:
        if not contestant.module:
            decide = WorkerRunning(DECIDE, settings, Path(folder))
            try:
                yield decide
            finally:
                decide.worker.stop()
            return
        peer = _Peer(contestant, settings, Path(folder))
        try:
            yield peer
        finally:
            peer.process.kill()
            peer.process.wait()


class WorkerRunning:
    """A ``promostream worker ROLE``."""

    def __init__(self, role: str, settings: Settings, folder: Path) -> None:
        self.worker = Worker(role, environment(settings), folder)
        self.process, self.log = self.worker.process, self.worker.log

    def done(self) -> float:
        """Events that ``decide`` has folded, messages that ``intake`` has taken."""
        if self.worker.role == "intake":
            return self.worker.metric("accepted_total")
        return self.worker.metric("records_total", f'role="{self.worker.role}"', 'type="e"')


class _Peer:
    def __init__(self, peer: Contestant, settings: Settings, folder: Path) -> None:
        own = structs.replace(settings, topic_prefix=own_prefix(peer, settings), data_dir=str(folder))
        python = str(peers_python()) if peer.apart else sys.executable
        make_outputs(own)
        self.log, self._said = folder / "log", folder / "said"
        with self._said.open("wb") as out, self.log.open("wb") as errors:
            self.process = subprocess.Popen(
                [python, "-m", f"tests.benchmarks.peers.{peer.module}"],
                env={**environment(own), LOG_PREFIX: settings.topic_prefix},
                stdout=out,
                stderr=errors,
            )

    def done(self) -> float:
        lines = self._said.read_bytes().rpartition(b"\n")[0].split()
        return float(lines[-1]) if lines else 0.0


def own_prefix(contestant: Contestant, settings: Settings) -> str:
    """Where a contestant writes."""
    return f"{settings.topic_prefix}{contestant.name}-" if contestant.module else settings.topic_prefix


def environment(settings: Settings) -> Mapping[str, str]:
    """The environment in which the project's programs use exactly these settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return inherited | environment_of(settings)
