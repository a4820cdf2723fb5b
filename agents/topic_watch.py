"""Watches that the topics a worker reads are still the ones that it began with."""

import asyncio
from collections.abc import Mapping

from agents.errors import BrokerNotReady
from agents.topic_ids import TopicIds
from agents.transport.port import Port

INTERVAL = 5.0
SOON = 1.0
"""Seconds between looks, and where a partition cannot be read."""


async def watch_topics(port: Port, remedy: str) -> None:
    """End the process when a topic that is read has been made again; read on where one has come back.

    Positions and origins mean nothing in another topic. ``remedy`` says what to do then, with the topic's name.
    """
    prefix = port.settings.topic_prefix
    known = {topic.removeprefix(prefix): one for topic, one in port.topic_ids.items()}
    ids = TopicIds(port.settings)
    while True:
        await asyncio.sleep(SOON if port.reader.refused else INTERVAL)
        try:
            now = await asyncio.to_thread(ids.of, known)
        except BrokerNotReady:
            continue  # others tell of a broker that is away
        again = made_again(known, now)
        if again:
            port.fail(f"{prefix}{again} was deleted and made again; {remedy.format(again)}")
            return
        port.reader.try_again({prefix + name for name in now})


def made_again(known: Mapping[str, str], now: Mapping[str, str]) -> str:
    """The first topic with another id than was known; empty where there is none."""
    return next((name for name, one in now.items() if known[name] != one), "")
