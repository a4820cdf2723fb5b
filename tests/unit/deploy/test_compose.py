import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from agents.cli import COMMANDS
from agents.settings import Settings, read_settings

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ROLES = ("intake", "decide", "learn", "coordinate")
OURS = {name: s for name, s in SERVICES.items() if s["image"].startswith("promostream:") and "entrypoint" not in s}


def test_all_that_is_promised_is_there() -> None:
    """Kafka, topics, campaigns, the four roles, the shop, Prometheus and Grafana."""
    assert set(SERVICES) == {"kafka", "keys", "topics", "campaigns", *ROLES, "shop", "prometheus", "grafana"}


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_waits_for_exists_and_can_happen(name: str) -> None:
    """A service waited for as healthy has a health check; one waited for as completed does not restart."""
    waits = SERVICES[name].get("depends_on", {})
    for other, how in waits.items() if isinstance(waits, dict) else ((w, {}) for w in waits):
        condition = how.get("condition", "service_started")
        assert condition != "service_healthy" or "healthcheck" in SERVICES[other]
        assert condition != "service_completed_successfully" or "restart" not in SERVICES[other]


@pytest.mark.parametrize("name", SERVICES)
def test_volumes_exist(name: str) -> None:
    """Named volumes are declared, mounted paths are in the repository, and only keys' maker may write keys."""
    for volume in SERVICES[name].get("volumes", []):
        source, target, *mode = volume.split(":")
        assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]
        assert target.startswith("/")
        assert source != "keys" or mode == ["ro"] or name == "keys"


@pytest.mark.parametrize("name", OURS)
def test_settings_and_commands_exist(name: str) -> None:
    """Every PROMOSTREAM variable is a setting that reads, every command is one of the command line."""
    read_settings(SERVICES[name]["environment"])
    assert SERVICES[name]["command"][0] in COMMANDS


def test_each_role_is_a_worker_that_prometheus_scrapes() -> None:
    """The four roles run as workers, and Prometheus knows each by its host."""
    config = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())
    targets = config["scrape_configs"][0]["static_configs"][0]["targets"]
    for role in ROLES:
        port = SERVICES[role]["environment"]["PROMOSTREAM_METRICS_PORT"]
        assert SERVICES[role]["command"] == ["worker", role]
        assert f"{role}:{port}" in targets
    assert len(targets) == len(ROLES)


def test_nothing_listens_beyond_the_machine() -> None:
    """Published ports are bound to the loopback address."""
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_images_are_pinned_and_kafka_is_the_one_tested() -> None:
    """No image floats; the broker has the version that the integration tests run on, and makes no topics itself."""
    assert all(re.search(r":v?\d+\.\d+\.\d+$", service["image"]) for service in SERVICES.values())
    tested = re.search(r"<kafka.version>(.+)</kafka.version>", (ROOT / "deploy/kafka/pom.xml").read_text())
    assert tested is not None
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{tested[1]}"
    assert SERVICES["kafka"]["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_no_secret_is_written_down() -> None:
    """Keys come from files of a volume; no variable holds one."""
    names = {name for service in SERVICES.values() for name in service.get("environment", {})}
    secret = {f"PROMOSTREAM_{f.upper()}" for f in Settings.__struct_fields__ if f.endswith(("_key", "_password"))}
    assert not names & secret


def test_the_image_runs_unprivileged_from_the_lock_file() -> None:
    """The Dockerfile installs with hashes, the project without dependencies, and runs as a user of its own."""
    lines = (ROOT / "deploy/Dockerfile").read_text().splitlines()
    assert any("--require-hashes" in line for line in lines)
    assert any("--no-deps" in line for line in lines)
    assert next(line for line in lines if line.startswith(("USER", "ENTRYPOINT"))).startswith("USER promostream")
    assert {line for line in lines if line.startswith("FROM")} == {
        "FROM python:3.11-slim AS build",
        "FROM python:3.11-slim",
    }


def test_what_the_image_copies_is_let_in() -> None:
    """Every copied path exists, and the ignore file leaves it in."""
    ignored = (ROOT / "deploy/Dockerfile.dockerignore").read_text()
    for line in (ROOT / "deploy/Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for path in line.split()[1:-1]:
                assert f"!{path.split('/')[0]}\n" in ignored


def test_keys_are_made_once_and_for_their_owner_only(tmp_path: Path) -> None:
    """Missing keys are made in the form that settings read; existing ones stay."""
    command = [sys.executable, str(ROOT / "deploy/make_keys.py"), str(tmp_path / "keys")]
    subprocess.run(command, check=True, capture_output=True)
    files = {path.name: path.read_text() for path in (tmp_path / "keys").iterdir()}
    assert set(files) == {"token.key", "coupon.key"}
    assert stat.S_IMODE((tmp_path / "keys/token.key").stat().st_mode) == 0o400
    settings = read_settings({"PROMOSTREAM_TOKEN_KEY_FILE": str(tmp_path / "keys/token.key")})
    assert settings.tokens().value.hex() == files["token.key"].strip()
    again = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "nothing" in again.stdout
    assert files == {path.name: path.read_text() for path in (tmp_path / "keys").iterdir()}


def test_paths_in_commands_are_in_the_image() -> None:
    """A file or folder that a command names is copied into the image."""
    words = [str(w) for s in OURS.values() for w in s["command"] if "/" in str(w)]
    assert words
    for word in words:
        assert (ROOT / word).exists()
        assert word.startswith("deploy/examples/")
