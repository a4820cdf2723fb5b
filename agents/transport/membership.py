"""aiokafka as a group member that reads nothing: the typed adapter, and the only module that imports it."""

import logging
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from agents.clients import connection
from agents.settings import Settings
from agents.transport.batches import Place

log = logging.getLogger("promostream.worker")

MAX_POLL_INTERVAL_MS = 120_000


class Member:
    """One membership in a consumer group. Every coroutine belongs to the loop on which ``start`` ran."""

    def __init__(self, settings: Settings, group: str, answered: Callable[[float], None]) -> None:
        self._answered = answered
        # a class of its own: the assignor keeps what it was assigned in class attributes
        self._assignor: Any = type("Sticky", (StickyPartitionAssignor,), {})
        self.consumer: Any = AIOKafkaConsumer(
            group_id=group,
            group_instance_id=settings.static_membership or None,
            client_id=group,
            partition_assignment_strategy=(self._assignor,),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=round(settings.session_timeout * 1000),
            heartbeat_interval_ms=round(settings.heartbeat_interval * 1000),
            rebalance_timeout_ms=30_000,
            request_timeout_ms=round(max(20.0, settings.session_timeout + 5) * 1000),
            max_poll_interval_ms=MAX_POLL_INTERVAL_MS,
            metadata_max_age_ms=60_000,
            **_connection(settings),
        )

    async def start(self) -> None:
        """Connect, and note every answered heartbeat from now on."""
        await self.consumer.start()
        coordinator = self.consumer._coordinator  # noqa: SLF001 - listed in private_parts
        beat = coordinator._do_heartbeat  # noqa: SLF001 - listed in private_parts

        async def attended() -> bool:
            sent_at = time.monotonic()
            success: bool = await beat()
            if success:
                self._answered(sent_at)
            return success

        coordinator._do_heartbeat = attended  # noqa: SLF001 - listed in private_parts

    def assigned(self, places: Iterable[Place], generation: int) -> None:
        """Keep aiokafka from reading, and tell the assignor the generation (aiokafka forgets to)."""
        self._assignor.on_generation_assignment(generation)
        self.consumer.pause(*(TopicPartition(*place) for place in places))

    def check(self) -> str | None:
        """Wake the coordinator after an error; the reason why this membership is over, if it is.

        Also tells aiokafka that somebody is alive here, or it would leave the group for lack of fetches.
        """
        coordinator = self.consumer._coordinator  # noqa: SLF001 - listed in private_parts
        with self.consumer._subscription.fetch_context():  # noqa: SLF001 - listed in private_parts
            pass
        task = coordinator._coordination_task  # noqa: SLF001 - listed in private_parts
        if task.done():
            return "nobody keeps it any more" if task.cancelled() else str(task.exception())
        try:
            coordinator.check_errors()
        except GroupAuthorizationFailedError as error:
            return f"not allowed: {error}"
        except KafkaError as error:
            log.warning("the group's coordinator said %s: %s; going on", type(error).__name__, error)
        return None

    async def committed(self, place: Place) -> int | None:
        """The group's committed offset."""
        offset: int | None = await self.consumer.committed(TopicPartition(*place))
        return offset

    async def commit(self, offsets: Mapping[Place, int]) -> str:
        """Commit in this generation; why the broker refused, or an empty text."""
        try:
            await self.consumer.commit({TopicPartition(*p): OffsetAndMetadata(o, "") for p, o in offsets.items()})
        except KafkaError as error:
            return f"{type(error).__name__}: {error}"
        return ""


def _connection(settings: Settings) -> dict[str, Any]:
    """The words of aiokafka for what ``clients.connection`` tells librdkafka."""
    config = connection(settings)
    words: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap_servers.split(","),
        "security_protocol": settings.security_protocol,
    }
    if settings.security_protocol in {"SSL", "SASL_SSL"}:
        words["ssl_context"] = ssl.create_default_context(cafile=settings.ssl_ca_file or None)
    if settings.sasl_username:
        words |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.sasl_username,
            "sasl_plain_password": config["sasl.password"],
        }
    return words
