import json
import subprocess
from collections.abc import Callable

from agents.clients import producer
from agents.creation import create_topics
from agents.errors import FOUND
from agents.settings import Settings
from schemas.topics import CLICKS

GOOD = b'{"event_id":"e-%d","type":"view","user_id":"u","occurred_at":1793498281500,"item_id":"i"}'


def test_the_newest_messages_of_a_topic_are_examined(
    settings: Settings, promostream: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """Headers and all; a refusal is told with partition and offset."""
    create_topics(settings)
    sender = producer(settings)
    for number in range(20):
        sender.produce(settings.topic(CLICKS), GOOD % number, b"k")
    sender.produce(settings.topic(CLICKS), b"{", b"k")
    assert sender.flush(10) == 0
    result = promostream("validate", "--topic", CLICKS, "--json")
    account = json.loads(result.stdout)
    assert result.returncode == FOUND
    assert (account["read"], account["taken"], account["refused"]) == (21, 20, {"not_json": 1})
    assert " offset 20: " in account["fields"]["(whole message)"]["example"]
