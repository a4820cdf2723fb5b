"""Rights that are taken away from a running worker: it ends with the line that says which, instead of trying on."""

import asyncio

from confluent_kafka import KafkaException

from agents.access import missing_rights, refusal
from agents.clients import admin_client
from agents.rights import RIGHTS
from agents.settings import Settings
from agents.transport.port import Port

INTERVAL = 15.0
ANSWER_SECONDS = 3.0
MARKS = ("uthoriz", "Unknown partition", "atal error", "Purged")
"""Kafka's sentences about a missing right contain the first; a topic that may not be seen seems to have no partitions.

The others are librdkafka's about a producer that has given up.
"""


async def watch_rights(port: Port, role: str) -> None:
    """Fail the port once a right of the role is missing; a broker that does not answer says nothing about rights."""
    client = admin_client(port.settings)
    while True:
        await asyncio.sleep(INTERVAL)
        try:
            look = asyncio.to_thread(missing_rights, client, port.settings, RIGHTS[role], ANSWER_SECONDS)
            missing = await look
        except KafkaException:
            continue
        if missing:
            port.fail(refusal(port.settings, missing))


def explained_by_rights(settings: Settings, role: str, failed: str) -> str:
    """Why a worker failed: the right that is missing, if Kafka's words say that one is."""
    if not any(mark in failed for mark in MARKS):
        return failed
    try:
        missing = missing_rights(admin_client(settings), settings, RIGHTS[role], ANSWER_SECONDS)
    except KafkaException:
        return failed
    return refusal(settings, missing) if missing else failed
