"""Real worker processes: started, watched through their metrics, stopped or killed, by their own process ids."""

import http
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

COMMAND = str(Path(sys.executable).with_name("promostream"))
_SAMPLE = re.compile(r"^promostream_(\w+?)(?:\{([^}]*)\})? ([0-9.e+-]+|NaN)$", re.MULTILINE)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(holds: Callable[[], bool], what: str, seconds: float = 120.0, pause: float = 0.1) -> None:
    """Ask again and again until it holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(pause)


class Worker:
    """``promostream worker ROLE`` as a process; what it says goes to a file in ``folder``.

    ``command`` starts something else that behaves like it.
    """

    def __init__(
        self,
        role: str,
        environment: Mapping[str, str],
        folder: Path,
        command: Sequence[str] | None = None,
        **settings: object,
    ) -> None:
        self.role = role
        self.port = free_port()
        self.log = folder / f"{role}-{self.port}.log"
        given = {f"PROMOSTREAM_{name.upper()}": str(value) for name, value in settings.items()}
        given["PROMOSTREAM_METRICS_PORT"] = str(self.port)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                list(command or (COMMAND, "worker", role)),
                env={**environment, **given},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def series(self, name: str) -> dict[str, float]:
        """A metric's values by their labels as written (``role="decide",type="e"``); none while it is silent."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5) as answer:
                text = answer.read().decode()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return {}
        return {labelled: float(value) for found, labelled, value in _SAMPLE.findall(text) if found == name}

    def metric(self, name: str, *labels: str) -> float:
        """The sum of a metric over its series that have all these labels (``role="decide"``); 0 while it is silent."""
        samples = self.series(name).items()
        return sum(value for labelled, value in samples if all(label in labelled for label in labels))

    def ready(self) -> bool:
        """Whether it says that it works: in the group, with the lease, every partition of its own open."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == http.HTTPStatus.OK)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process.poll() is None

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self.process.kill()
        self.process.wait()

    def stop(self, seconds: float = 40.0) -> int:
        """Ask it to leave; its exit code."""
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def said(self) -> str:
        """Everything it wrote."""
        return self.log.read_text(encoding="utf-8", errors="replace")
