"""aiokafka as a group member that reads nothing: the typed adapter, and the only module that imports it."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from agents.security import for_aiokafka
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
            bootstrap_servers=settings.bootstrap_servers.split(","),
            **for_aiokafka(settings),
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
            return f"not allowed: {error}"  # the worker's last line names the right that is missing
        except KafkaError as error:
            log.warning("the group's coordinator said %s: %s; going on", type(error).__name__, error)
            self._beat_again(coordinator)
        return None

    def _beat_again(self, coordinator: Any) -> None:
        """One heartbeat's error ends them all: aiokafka would report it for ever and never beat again."""
        task = coordinator._heartbeat_task  # noqa: SLF001 - listed in private_parts
        if task is not None and task.done() and not task.cancelled() and task.exception() is not None:
            coordinator._heartbeat_task = None  # noqa: SLF001 - listed in private_parts
            coordinator._start_heartbeat_task()  # noqa: SLF001 - listed in private_parts

    async def committed(self, place: Place, topic_id: str) -> int | None:
        """The group's committed offset, unless it was committed for a topic with another id."""
        at = TopicPartition(*place)
        found = await self.consumer._coordinator.fetch_committed_offsets([at])  # noqa: SLF001 - listed in private_parts
        if at not in found or found[at].offset < 0 or (found[at].metadata and found[at].metadata != topic_id):
            return None
        offset: int = found[at].offset
        return offset

    async def commit(self, offsets: Mapping[Place, int], topic_ids: Mapping[str, str]) -> str:
        """Commit in this generation; why the broker refused, or an empty text."""
        told = {TopicPartition(*p): OffsetAndMetadata(at, topic_ids.get(p.topic, "")) for p, at in offsets.items()}
        try:
            await self.consumer.commit(told)
        except KafkaError as error:
            return f"{type(error).__name__}: {error}"
        return ""
