"""The capacity model: from users and events/s to partitions, workers, memory, brokers, storage and recovery times."""

from math import ceil

import msgspec

from deploy.capacity.coefficients import Coefficients

MB, GB, TB = 1e6, 1e9, 1e12


class Load(msgspec.Struct, frozen=True):
    """A shop: users with a profile, and events/s at the peak of the year."""

    users: float
    events_per_second: float


class Assumptions(msgspec.Struct, frozen=True, kw_only=True):
    """What was not measured but chosen. Shares in [0, 1]; a broker's limits are those of one with fast disks.

    ``busy``: of a worker's core at peak, so that a neighbour's partitions and a backlog still fit. ``mean_load``: of
    the peak, averaged over the retention. ``spare_partitions`` per worker now: the count never changes, workers do.
    ``opening_target``: seconds in which a worker may open all its partitions on a cold start.
    """

    busy: float = 0.5
    mean_load: float = 0.4
    compression: float = 0.5
    replication: int = 3
    memory_per_worker: float = 16 * GB
    spare_partitions: int = 4
    opening_target: float = 120.0
    checkpoint_interval: float = 10.0
    session_timeout: float = 10.0
    input_days: float = 7.0
    log_days: float = 14.0
    output_days: float = 30.0
    compaction: float = 2.0
    broker_bytes_per_second: float = 150 * MB
    broker_bytes: float = 8 * TB
    broker_replicas: int = 4_000
    least_brokers: int = 3


class Share(msgspec.Struct, frozen=True):
    """What falls to one of so many ``decide`` workers; ``cpu`` as a share of a core, memory in bytes."""

    users: float
    events_per_second: float
    cpu: float
    memory: float


class Plan(msgspec.Struct, frozen=True):
    """What a load needs. Bytes are on disk and on the wire, compressed and with all replicas; times in seconds.

    ``bound_by`` says what sets the number of ``decide`` workers. ``worker_lost`` is the time without service of the
    partition that waits longest when one worker dies, ``cold_start`` that after all of them have stopped.
    """

    load: Load
    partitions: int
    decide_workers: int
    bound_by: str
    intake_workers: int
    memory: float
    share: Share
    network_bytes_per_second: float
    checkpoint_bytes_per_second: float
    storage: float
    brokers: int
    worker_lost: float
    cold_start: float


def share_of(load: Load, workers: int, costs: Coefficients) -> Share:
    """What falls to each of so many workers when partitions are even."""
    users, events = load.users / workers, load.events_per_second / workers
    return Share(
        users,
        events,
        events * costs.decide_us_per_event / 1e6,
        costs.worker_bytes + users * costs.memory_bytes_per_user,
    )


def plan(load: Load, costs: Coefficients, given: Assumptions) -> Plan:
    """The plan for a load."""
    workers, bound_by = _decide_workers(load, costs, given)
    partitions = max(8, _power_of_two(given.spare_partitions * workers))
    share = share_of(load, workers, costs)
    checkpoints = _checkpoint_rate(load, costs, given)
    network = _network(load, costs, given) + checkpoints
    storage = _storage(load, costs, given)
    opening = _opening(load, partitions, costs, given)
    return Plan(
        load=load,
        partitions=partitions,
        decide_workers=workers,
        bound_by=bound_by,
        intake_workers=max(2, ceil(load.events_per_second * costs.intake_us_per_event / 1e6 / given.busy)),
        memory=workers * share.memory,
        share=share,
        network_bytes_per_second=network,
        checkpoint_bytes_per_second=checkpoints,
        storage=storage,
        brokers=_brokers(network, storage, partitions, given),
        worker_lost=given.session_timeout + opening * ceil(partitions / workers / (workers - 1)),
        cold_start=costs.start_seconds + opening * ceil(partitions / workers),
    )


def _decide_workers(load: Load, costs: Coefficients, given: Assumptions) -> tuple[int, str]:
    """The number and what sets it; never fewer than two, so that one may be lost."""
    free = given.memory_per_worker - costs.worker_bytes
    needs = {
        "events": load.events_per_second * costs.decide_us_per_event / 1e6 / given.busy,
        "memory": load.users * costs.memory_bytes_per_user / free,
        "opening": load.users * costs.opening_us_per_user / 1e6 / given.opening_target,
        "spare": 2,
    }
    bound_by = max(needs, key=lambda name: needs[name])
    return ceil(needs[bound_by]), bound_by


def _opening(load: Load, partitions: int, costs: Coefficients, given: Assumptions) -> float:
    """Seconds until one partition folds where it stood: fence, checkpoint, and what came since the checkpoint."""
    behind = load.events_per_second / partitions * (given.checkpoint_interval + given.session_timeout)
    users = load.users / partitions
    return costs.fence_seconds + (users * costs.opening_us_per_user + behind * costs.refold_us_per_event) / 1e6


def _checkpoint_rate(load: Load, costs: Coefficients, given: Assumptions) -> float:
    """At most every event changes another user; sessions make it several times less."""
    changed = min(load.users, load.events_per_second * given.checkpoint_interval)
    return changed / given.checkpoint_interval * costs.checkpoint_bytes_per_user * given.compression * given.replication


def _network(load: Load, costs: Coefficients, given: Assumptions) -> float:
    """Bytes/s that brokers take in at peak: inputs, log, outputs, each with its replicas."""
    per_event = costs.input_bytes_per_event + costs.log_bytes_per_event + costs.output_bytes_per_event
    return load.events_per_second * per_event * given.compression * given.replication


def _storage(load: Load, costs: Coefficients, given: Assumptions) -> float:
    """Bytes on disk: what retention keeps, and the checkpoints until compaction has been there."""
    kept = (
        costs.input_bytes_per_event * given.input_days
        + costs.log_bytes_per_event * given.log_days
        + costs.output_bytes_per_event * given.output_days
    )
    passing = load.events_per_second * given.mean_load * 86_400 * kept
    standing = load.users * costs.checkpoint_bytes_per_user * given.compaction
    return (passing + standing) * given.compression * given.replication


PARTITIONED = 6
"""Topics with as many partitions as the log: the log, checkpoints, and what decide writes for others."""


def _brokers(network: float, storage: float, partitions: int, given: Assumptions) -> int:
    replicas = partitions * PARTITIONED * given.replication
    needs = (network / given.broker_bytes_per_second, storage / given.broker_bytes, replicas / given.broker_replicas)
    return max(given.least_brokers, ceil(max(needs)))


def _power_of_two(least: int) -> int:
    return 1 << (least - 1).bit_length()
