"""Every private or undocumented part of Faust and aiokafka that this package relies on; a contract test checks each.

Versions are pinned exactly in ``pyproject.toml``. To upgrade: run ``tests/agents/transport``, see what moved.
"""

from typing import NamedTuple

PINNED = {"faust-streaming": "0.15.3", "mode-streaming": "0.7.1", "aiokafka": "0.14.0"}


class Part(NamedTuple):
    """``name`` must occur as ``evidence`` in the source of ``owner`` (``module:Class`` or ``module:Class.method``)."""

    owner: str
    name: str
    evidence: str
    why: str


_COORDINATOR = "aiokafka.consumer.group_coordinator:GroupCoordinator"
_FAUST_CONSUMER = "faust.transport.consumer"
_FAUST_DRIVER = "faust.transport.drivers.aiokafka"
_FAUST_APP = "faust.app.base"

PRIVATE_PARTS = (
    # aiokafka, in membership.py
    Part(
        "aiokafka.consumer.consumer:AIOKafkaConsumer.start",
        "_coordinator",
        "self._coordinator = GroupCoordinator(",
        "heartbeats and errors live there; it exists once started",
    ),
    Part(
        f"{_COORDINATOR}._heartbeat_routine",
        "_do_heartbeat",
        "success = await self._do_heartbeat()",
        "wrapped on the instance, so that an answered heartbeat prolongs the lease",
    ),
    Part(
        f"{_COORDINATOR}.fetch_committed_offsets",
        "fetch_committed_offsets",
        "dict: {TopicPartition: OffsetAndMetadata}",
        "the metadata of a committed offset names the topic's id",
    ),
    Part(f"{_COORDINATOR}.check_errors", "check_errors", "raise exc", "an error parks the coordinator until asked"),
    Part(
        f"{_COORDINATOR}._start_heartbeat_task",
        "_heartbeat_task",
        "if self._heartbeat_task is None:",
        "one that ended with an error is never started again by aiokafka",
    ),
    Part(
        f"{_COORDINATOR}.__init__",
        "_coordination_task",
        "self._coordination_task = create_task(self._coordination_routine())",
        "when it is done nobody keeps the membership any more",
    ),
    Part(
        "aiokafka.consumer.consumer:AIOKafkaConsumer.__init__",
        "_subscription",
        "self._subscription = SubscriptionState(",
        "its fetch context tells that somebody is alive, as no fetch does here",
    ),
    Part(
        "aiokafka.consumer.subscription_state:SubscriptionState.fetch_context",
        "fetch_context",
        "self._last_fetch_ended = time.monotonic()",
        "or max_poll_interval would end the membership",
    ),
    Part(
        "aiokafka.coordinator.assignors.sticky.sticky_assignor:StickyPartitionAssignor",
        "on_generation_assignment",
        "cls.generation = generation",
        "aiokafka never calls it, and an old claim would count as much as a new one",
    ),
    # Faust, in consumer.py, flow.py and application.py
    Part(
        f"{_FAUST_CONSUMER}:ThreadDelegateConsumer.__init__",
        "_new_consumer_thread",
        "self._thread = self._new_consumer_thread()",
        "our thread keeps the membership and reads nothing",
    ),
    Part(
        f"{_FAUST_DRIVER}:AIOKafkaConsumerThread._ensure_consumer",
        "_consumer",
        "return self._consumer",
        "set by our thread when it starts",
    ),
    Part(
        f"{_FAUST_DRIVER}:ConsumerRebalanceListener.on_partitions_assigned",
        "generation",
        "await self._thread.on_partitions_assigned(ensure_TPset(assigned), generation)",
        "the generation comes with the assignment",
    ),
    Part(
        f"{_FAUST_APP}:App._on_partitions_revoked",
        "wait_empty",
        "await T(self._consumer_wait_empty)(consumer, on_timeout)",
        "called between the stop of the flow and the next assignment: outputs get delivered there",
    ),
    Part(
        f"{_FAUST_APP}:App._on_partitions_assigned",
        "tables.on_rebalance",
        "await T(self.tables.on_rebalance)(",
        "our table manager resumes the flow there",
    ),
    Part(
        f"{_FAUST_APP}:App.on_started",
        "wait_until_recovery_completed",
        "await self._wait_for_table_recovery_completed()",
        "answered at once by our table manager",
    ),
    Part(f"{_FAUST_APP}:App", "_fetcher", "cast(Type[_Fetcher], self.transport.Fetcher)(", "started as recovery does"),
    Part(
        "faust.tables.recovery:Recovery._resume_streams",
        "the way the flow resumes",
        "consumer.resume_flow()",
        "our table manager does the same without waiting",
    ),
    Part(
        f"{_FAUST_CONSUMER}:Consumer.force_commit",
        "acks=False",
        "self._filter_tps_with_pending_acks(topics)",
        "a topic without acknowledgements leaves nothing to commit",
    ),
)
