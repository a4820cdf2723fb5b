"""The broker's ids of topics, which tell a topic from one that was made later under its name."""

from collections.abc import Iterable

from confluent_kafka import KafkaError, KafkaException, TopicCollection

from agents.clients import admin_client
from agents.errors import BrokerNotReady
from agents.settings import Settings

SECONDS = 10.0


class TopicIds:
    """Asks for ids over one connection; blocking."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = admin_client(settings)

    def of(self, names: Iterable[str]) -> dict[str, str]:
        """Ids by name in the table; a topic that is missing on the broker is missing here.

        Raises:
            BrokerNotReady: the broker does not tell.

        """
        topics = {name: self._settings.topic(name) for name in names}
        asked = self._client.describe_topics(TopicCollection([*topics.values()]), request_timeout=SECONDS)
        ids: dict[str, str] = {}
        for name, topic in topics.items():
            try:
                ids[name] = str(asked[topic].result().topic_id)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                    raise BrokerNotReady(f"{topic} cannot be described: {error.args[0].str()}") from error
        return ids
