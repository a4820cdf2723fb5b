"""How a command ended, as a stranger at the terminal sees it."""

import os
import subprocess
import sys
from pathlib import Path

COMMAND = str(Path(sys.executable).with_name("promostream"))
SECONDS = 60


def ended(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command without a terminal; ``settings`` are ``PROMOSTREAM_*``, and there are no others."""
    ours = ("PROMOSTREAM_", "KAFKA_BOOTSTRAP")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment = inherited | {f"PROMOSTREAM_{name}": value for name, value in settings.items()}
    return subprocess.run(
        [COMMAND, *arguments], env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )


def only_line(result: subprocess.CompletedProcess[str]) -> str:
    """The one line that a command which could not go on leaves on standard error; nothing else is printed."""
    assert result.stdout == ""
    return last_line(result)


def last_line(result: subprocess.CompletedProcess[str]) -> str:
    """The one line on standard error: it begins with the command's name, and is no bug's."""
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("promostream: ")
    assert "Traceback" not in result.stderr
    assert "this is a bug" not in result.stderr
    return lines[0].removeprefix("promostream: ")
