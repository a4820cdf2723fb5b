"""The ground a stage stands on: topics of its own on a real broker, and the settings that every worker is given."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, NewTopic

from agents.app import ROLES
from agents.campaign_files import activation
from agents.clients import admin_client
from agents.control import write_campaigns
from agents.creation import create_topics
from agents.settings import PREFIX, read_settings
from schemas.topics import TOPICS, USER_LOG
from tests.making.topics import ends

ROOT = Path(__file__).parents[2]
CAMPAIGNS = Path(__file__).parent / "campaigns"
INPUTS = 2
"""Partitions of each of the platform's topics."""
LOG = 4
SESSION = 6.0
TOLD: dict[str, object] = {
    "partitions": LOG,
    "token_key": "1f" * 32,
    "coupon_key": "2e" * 32,
    "session_timeout": SESSION,
    "checkpoint_interval": 1.5,
    "model_pause": 0,
    "retrain_every": 40,
    "refit_every": 1500,
    "choices_every": 60,
    "alert_risk": 0.3,
}
"""What every worker is told besides where its stage is."""


class Ground:
    """``settings`` are those of every worker, ``environment`` is what its process gets of them and besides."""

    def __init__(self, prefix: str, bootstrap: str, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        given: dict[str, object] = TOLD | {
            "bootstrap_servers": bootstrap,
            "topic_prefix": prefix,
            "replication": min(3, len(bootstrap.split(","))),
            "data_dir": folder,
        }
        named = {PREFIX + setting.upper(): str(value) for setting, value in given.items()}
        self.settings = read_settings(named)
        self.admin = admin_client(self.settings)
        self.environment = _environment(named) | dict(environment or {})
        self._places: dict[str, int] = {}

    def create(self, clock: Literal["arrival", "source"] = "arrival") -> None:
        """The topics, with the campaigns of chaos on ``control``."""
        new = [
            NewTopic(
                self.settings.topic(name),
                topic.partitions if topic.partitions == 1 else INPUTS,
                self.settings.replication,
            )
            for name, topic in TOPICS.items()
            if topic.public_input
        ]
        for created in self.admin.create_topics(new, request_timeout=30).values():
            created.result()
        create_topics(self.settings, clock=clock)
        write_campaigns(self.settings, activation(CAMPAIGNS, "chaos", "scenario"), 0)

    def places(self, role: str) -> int:
        """How many partitions a role reads."""
        if role not in self._places:
            found = self.admin.list_topics(timeout=10).topics
            self._places[role] = sum(len(found[self.settings.topic(name)].partitions) for name in ROLES[role])
        return self._places[role]

    def written(self) -> int:
        """How many records stand in ``user-log``."""
        return sum(ends(self.settings, USER_LOG, LOG))

    def configure(self, topic: str, **values: str) -> None:
        """Change settings of a topic of the table on the broker: ``max_message_bytes="200"``."""
        entries = [
            ConfigEntry(name.replace("_", "."), value, incremental_operation=AlterConfigOpType.SET)
            for name, value in values.items()
        ]
        place = ConfigResource(ConfigResource.Type.TOPIC, self.settings.topic(topic), incremental_configs=entries)
        self.admin.incremental_alter_configs([place])[place].result()

    def remove(self) -> None:
        """Delete the topics."""
        prefix = self.settings.topic_prefix
        names = [name for name in self.admin.list_topics(timeout=10).topics if name.startswith(prefix)]
        for deleted in (self.admin.delete_topics(names) if names else {}).values():
            deleted.result()


def _environment(given: dict[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    path = os.pathsep.join(filter(None, (str(ROOT), inherited.get("PYTHONPATH"))))
    return inherited | given | {"PYTHONPATH": path}
