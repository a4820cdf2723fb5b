"""The runtime's topics on a real Kafka."""

import msgspec
import pytest
from confluent_kafka.admin import NewTopic

from agents.clients import admin_client
from agents.settings import Settings
from schemas import topics

LIKE_THE_LOG = (topics.USER_LOG, topics.CHECKPOINTS, topics.TRIGGERS, topics.DECISIONS, topics.FRAUD_ALERTS)
SINGLE = (topics.CLOSED_DECISIONS, topics.MODELS)


@pytest.fixture
def kafka(settings: Settings) -> Settings:
    """Settings whose topics exist: two log partitions with nothing in them; checkpoints as often as possible."""
    wanted = [NewTopic(settings.topic(name), 2, 1) for name in LIKE_THE_LOG]
    wanted += [NewTopic(settings.topic(name), 1, 1) for name in SINGLE]
    admin = admin_client(settings)
    for created in admin.create_topics(wanted).values():
        created.result()
    return msgspec.structs.replace(settings, checkpoint_interval=0.01)
