"""Brokers, topics and keys that are not as needed: what the installed command says, whichever asks for them."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from agents.clients import admin_client
from agents.creation import create_topics
from agents.errors import BROKER, REFUSED, USAGE
from agents.settings import Settings
from schemas.topics import CONTROL, DECISIONS, MODELS, PRIVACY, USER_LOG
from tests.making.commands import last_line

Promostream = Callable[..., subprocess.CompletedProcess[str]]

EXAMPLES = Path(__file__).parents[3] / "deploy" / "examples"
PUBLISH = ("publish", str(EXAMPLES / "first" / "events.jsonl"), "--mapping", str(EXAMPLES / "first" / "mapping.toml"))
APPLY = ("campaigns", "apply", str(EXAMPLES / "demo"))
ASKING = {
    "intake": ("worker", "intake"),
    "decide": ("worker", "decide"),
    "learn": ("worker", "learn"),
    "coordinate": ("worker", "coordinate"),
    "publish": PUBLISH,
    "apply": APPLY,
    "pause": ("campaigns", "pause", "cart-rescue"),
    "explain": ("explain", "e1-0-5-0"),
    "simulate": ("simulate", "--to-kafka"),
}
"""Every command that needs a broker; ``topics`` has its own tests."""


def set_config(settings: Settings, name: str, key: str, value: str) -> None:
    """Set one value of a topic's configuration."""
    entry = ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, settings.topic(name), incremental_configs=[entry])
    client = admin_client(settings)
    for done in client.incremental_alter_configs([resource]).values():
        done.result()


def test_a_broker_that_is_not_there_is_one_line(environment: dict[str, str]) -> None:
    """Within seconds, for everybody at once: what was tried, why it failed, what to do; exit code 3."""
    command, absent = (
        str(Path(sys.executable).with_name("promostream")),
        {"PROMOSTREAM_BOOTSTRAP_SERVERS": "127.0.0.1:1"},
    )
    began = time.monotonic()
    running = {
        name: subprocess.Popen(
            [command, *arguments], env=environment | absent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for name, arguments in ASKING.items()
    }
    for name, process in running.items():
        out, errors = process.communicate(timeout=60)
        line = last_line(subprocess.CompletedProcess([], process.returncode, out, errors))
        assert (process.returncode, out) == (BROKER, ""), name
        assert line.startswith("no broker answers at 127.0.0.1:1 ("), name
        assert "Connection refused); start one (`python3 -m deploy.kafka start`) or set" in line, name
    assert time.monotonic() - began < 40


@pytest.mark.parametrize("name", sorted(ASKING.keys() - {"decide", "apply"}))
def test_topics_that_are_missing_are_one_line(settings: Settings, promostream: Promostream, name: str) -> None:
    """It names the first, and the command that makes them all; exit code 3."""
    result = promostream(*ASKING[name])
    assert (result.returncode, result.stdout) == (BROKER, "")
    line = last_line(result)
    assert line.startswith(settings.topic_prefix)
    assert " is missing; `promostream topics create` makes it" in line


@pytest.mark.parametrize(
    ("topic", "key", "value", "names"),
    [
        (USER_LOG, "message.timestamp.type", "CreateTime", ["decide", "intake"]),
        (MODELS, "cleanup.policy", "delete", ["decide", "learn"]),
        (CONTROL, "retention.ms", "3600000", ["apply", "pause", "intake"]),
        (DECISIONS, "retention.ms", "3600000", ["explain", "decide"]),
        (PRIVACY, "max.message.bytes", "1000", ["publish", "simulate"]),
    ],
    ids=[USER_LOG, MODELS, CONTROL, DECISIONS, PRIVACY],
)
def test_a_topic_with_a_wrong_configuration_is_one_line(
    settings: Settings, promostream: Promostream, topic: str, key: str, value: str, names: list[str]
) -> None:
    """Topic, setting, what it is, what it should be, and the command that sets it; exit code 3."""
    create_topics(settings)
    set_config(settings, topic, key, value)
    for name in names:
        result = promostream(*ASKING[name])
        assert (result.returncode, result.stdout) == (BROKER, ""), name
        line = last_line(result)
        assert line.startswith(f"{settings.topic(topic)}: {key} is {value} instead of "), name
        assert f"; `kafka-configs.sh --bootstrap-server {settings.bootstrap_servers} --alter --topic" in line, name


def test_a_log_of_another_size_is_one_line(settings: Settings, promostream: Promostream) -> None:
    """Every role would fold other partitions than were meant; exit code 3."""
    create_topics(settings)
    result = promostream("worker", "decide", PROMOSTREAM_PARTITIONS="8")
    assert result.returncode == BROKER
    assert "user-log: the partition count is 4 instead of 8; set PROMOSTREAM_PARTITIONS=4" in last_line(result)


@pytest.mark.parametrize(
    ("name", "changes", "code", "said"),
    [
        ("intake", {"TOKEN_KEY": ""}, USAGE, "missing key: set PROMOSTREAM_TOKEN_KEY or"),
        ("decide", {"COUPON_KEY": ""}, USAGE, "missing key: set PROMOSTREAM_COUPON_KEY or"),
        ("simulate", {"TOKEN_KEY": ""}, USAGE, "missing key: set PROMOSTREAM_TOKEN_KEY or"),
        ("intake", {"TOKEN_KEY": "77" * 32}, REFUSED, "the token key is not the one this log was opened with; set"),
        ("simulate", {"TOKEN_KEY": "77" * 32}, REFUSED, "the token key is not the one this log was opened with; set"),
        (
            "explain",
            {},
            1,
            "no decision e1-0-5-0 in the topic decisions; is it from another epoch, or past its",
        ),
        ("pause", {}, USAGE, 'no campaign "cart-rescue"; in force: none'),
    ],
    ids=["intake", "decide", "simulate", "intake-other-key", "simulate-other-key", "explain", "pause"],
)
def test_what_does_not_fit_this_log_is_one_line(
    settings: Settings, promostream: Promostream, name: str, changes: dict[str, str], code: int, said: str
) -> None:
    """A key that is missing or another's, a decision or campaign that is not there."""
    create_topics(settings)
    result = promostream(*ASKING[name], **{f"PROMOSTREAM_{key}": value for key, value in changes.items()})
    assert (result.returncode, result.stdout) == (code, "")
    assert last_line(result).startswith(said)
