"""The environment of the peers that cannot live in the project's: made on demand, exactly as locked."""

import subprocess
import sys
from pathlib import Path

from agents.clone import ROOT

LOCK = Path(__file__).parent / "peers" / "requirements.lock"
ENVIRONMENT = ROOT / ".run" / "peers"
PATIENCE = 900.0


class PeerUnavailable(Exception):  # noqa: N818 - a reason for the table, not an accident
    """A peer cannot be measured here; the message is the reason."""


def peers_python() -> Path:
    """The interpreter of the peers' environment, which is made first if it is not there or not as locked.

    Raises:
        PeerUnavailable: it cannot be made.

    """
    python, stamp = ENVIRONMENT / "bin" / "python", ENVIRONMENT / "installed"
    locked = LOCK.read_text(encoding="utf-8")
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != locked:
        sys.stderr.write(f"installing the peers into {ENVIRONMENT.relative_to(ROOT)}: a minute, once\n")
        _run(sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT))
        _run(str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", str(LOCK))
        stamp.write_text(locked, encoding="utf-8")
    return python


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.CalledProcessError as failed:
        lines = [line for line in failed.stderr.splitlines() if line.strip()] or ["no reason given"]
        raise PeerUnavailable(f"its environment cannot be made: {lines[-1]}") from failed
    except subprocess.TimeoutExpired as expired:
        raise PeerUnavailable(f"its environment was not made within {PATIENCE:.0f} s") from expired
