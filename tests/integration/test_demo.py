"""The demo on a real Kafka."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from agents.clients import admin_client
from agents.settings import Settings

COMMAND = str(Path(sys.executable).with_name("promostream"))


def demo(settings: Settings, directory: Path, *arguments: str) -> subprocess.Popen[str]:
    """A demo on the tests' broker, in a directory of its own."""
    return subprocess.Popen(
        [COMMAND, "demo", "--json", "summary.json", *arguments],
        cwd=directory,
        env={"PATH": "/usr/bin:/bin", "KAFKA_BOOTSTRAP_SERVERS": settings.bootstrap_servers},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def left_behind(settings: Settings, directory: Path, told: str) -> list[str]:
    """Topics, files and processes of the demo that are still there."""
    topics = [name for name in admin_client(settings).list_topics(timeout=10).topics if name.startswith("demo-")]
    files = [str(path) for path in (directory / ".run").iterdir()]
    roles = re.findall(r"works \(process (\d+)\)", told)
    assert len(roles) == 4
    listed = subprocess.run(["ps", "-o", "pid=", "-p", ",".join(roles)], capture_output=True, text=True, check=False)
    return topics + files + listed.stdout.split()


def test_the_demo_closes_the_loop_and_leaves_nothing(settings: Settings, tmp_path: Path) -> None:
    """Triggers, refusals, outcomes, models taken up by decide; exit 0; no process, topic or file stays."""
    running = demo(settings, tmp_path, "--seconds", "60", "--customers", "2500")
    _, told = running.communicate(timeout=240)
    assert running.returncode == 0, told
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["mode"] == "kafka"
    assert min(summary[name] for name in ("triggers", "refusals", "outcomes", "models_activated")) > 0
    assert summary["models_in_use"]
    assert max(summary["first_seen_seconds"][kind] for kind in ("trigger", "refused")) < 60
    assert not left_behind(settings, tmp_path, told)


def test_an_interrupted_demo_leaves_nothing_either(settings: Settings, tmp_path: Path) -> None:
    """Ctrl-C once the shop is open: exit 0 with a summary, nothing stays."""
    running = demo(settings, tmp_path)
    assert running.stderr is not None
    before = ""
    for line in running.stderr:
        before += line
        if "the shop opens" in line:
            break
    time.sleep(1.0)  # interrupt it in its stride; nothing is asserted of what it got to
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=120)
    assert running.returncode == 0, told
    assert json.loads((tmp_path / "summary.json").read_text())["seconds"] > 0
    assert not left_behind(settings, tmp_path, before + told)
