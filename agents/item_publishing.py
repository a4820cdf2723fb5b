"""A snapshot of items into force: onto ``models``, then named on ``control``, which intake copies everywhere."""

from collections.abc import Mapping

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from agents.clients import producer
from agents.control import read_held
from agents.errors import BrokerNotReady
from agents.settings import Settings
from schemas.models import ModelSnapshot
from schemas.origins import Origin
from streams.catalogue.item import Item
from streams.catalogue.table import NAME, snapshot_of
from streams.folding import Output
from streams.learn.publishing import publish

SECONDS = 20.0


def publish_items(settings: Settings, items: Mapping[int, Item], now_ms: int) -> ModelSnapshot:
    """Put items in force; what is in force now holds until every partition reads of it.

    The version is the time, so that two who publish at once do not take the same one; later ones are larger, even if
    the clock went back.

    Raises:
        BrokerNotReady: the broker did not take it within 20 s.
        ValueError: there are too many items.

    """
    version = max(now_ms, read_held(settings).items + 1)
    snapshot = snapshot_of(items, version)
    sender = producer(settings, message_timeout_ms=int(SECONDS * 1000), enable_gapless_guarantee=False)
    for output in publish(snapshot, Origin(NAME, 0, version), now_ms):
        _send(sender, settings, output)
    return snapshot


def _send(sender: Producer, settings: Settings, output: Output) -> None:
    """Send one message and wait for it: nothing is named before it is there."""
    failed: list[str] = []

    def note(error: KafkaError | None, message: Message) -> None:
        del message
        failed.extend([] if error is None else [error.str()])

    try:
        sender.produce(
            settings.topic(output.topic),
            value=output.value,
            key=output.key,
            partition=0,
            headers=[*output.headers],
            on_delivery=note,
        )
        unsent = sender.flush(SECONDS + 1)
    except KafkaException as error:
        raise BrokerNotReady(f"{output.topic} did not take the items: {error.args[0].str()}") from error
    if failed or unsent:
        problem = failed[0] if failed else "no answer"
        raise BrokerNotReady(f"{output.topic} did not take the items ({problem}); run it again")
