"""Rebalances in the plan move what the group's own assignor moves, and lose no load on the way."""

import numpy as np
import pytest
from aiokafka import TopicPartition
from aiokafka.cluster import ClusterMetadata
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.capacity.assignment import Held, assign, moved
from deploy.capacity.hot import heat
from deploy.capacity.model import Assumptions, Load
from deploy.capacity.rebalancing import Shop, stories, worker_loads
from deploy.capacity.traffic import partition_shares
from tests.unit.deploy.capacity.test_model import COSTS

SHOP = Shop(Load(1e7, 5_000.0), partitions=200, workers=20)
PARTITIONS = st.integers(1, 120)
WORKERS = st.sets(st.integers(0, 30).map(lambda number: f"w{number:02}"), min_size=1, max_size=20)


@given(partitions=PARTITIONS, before=WORKERS, after=WORKERS)
def test_assignments_are_balanced_and_sticky(partitions: int, before: set[str], after: set[str]) -> None:
    """Everything is held, counts differ by one at most, and nothing moves unless it must."""
    held = assign(partitions, sorted(before), {})
    found = assign(partitions, sorted(after), held)
    counts = [list(found.values()).count(worker) for worker in after]
    assert sorted(found) == list(range(partitions))
    assert max(counts) - min(counts) <= 1
    assert len(moved(held, found)) == _fewest_moves(partitions, held, after)


def _fewest_moves(partitions: int, held: Held, workers: set[str]) -> int:
    """What cannot be kept: the fullest keep the larger quotas."""
    own = sorted((sum(worker == name for worker in held.values()) for name in workers), reverse=True)
    least, over = divmod(partitions, len(workers))
    return partitions - sum(min(count, least + (place < over)) for place, count in enumerate(own))


@pytest.mark.parametrize("partitions", [12, 32, 100])
@pytest.mark.parametrize(("before", "after"), [(4, 3), (3, 4), (5, 5), (8, 7), (7, 8)])
def test_moves_are_those_of_the_groups_assignor(partitions: int, before: int, after: int) -> None:
    """When a worker leaves or joins, as many partitions change hands as under aiokafka's sticky assignor."""
    names = [f"w{number}" for number in range(max(before, after))]
    held = _by_aiokafka(partitions, names[:before], {})
    theirs = _by_aiokafka(partitions, names[:after], held)
    assert len(moved(held, assign(partitions, names[:after], held))) == len(moved(held, theirs))


def _by_aiokafka(partitions: int, workers: list[str], held: Held) -> dict[int, str]:
    cluster = ClusterMetadata(metadata_max_age_ms=1000)
    cluster._partitions = {"log": dict.fromkeys(range(partitions))}
    members = {}
    for name in workers:
        own = [TopicPartition("log", number) for number, worker in held.items() if worker == name]
        members[name] = StickyPartitionAssignor._metadata({"log"}, own, generation=1)
    assigned = StickyPartitionAssignor.assign(cluster, members)
    found = {name: assignment.assignment for name, assignment in assigned.items()}
    return {number: name for name, topics in found.items() for _, numbers in topics for number in numbers}


@settings(deadline=None, max_examples=50)
@given(partitions=PARTITIONS, exponent=st.floats(0.0, 2.0), users=st.integers(1, 10**9), seed=st.integers(0, 9))
def test_no_load_is_lost_on_the_way_to_workers(partitions: int, exponent: float, users: int, seed: int) -> None:
    """The shares of partitions add up to one, and so do those of workers."""
    shares = partition_shares(partitions, users, exponent, seed)
    names = ["a", "b", "c"]
    assert float(shares.sum()) == pytest.approx(1.0)
    assert sum(worker_loads(assign(partitions, names, {}), shares, names).values()) == pytest.approx(1.0)


def test_skew_makes_hot_partitions() -> None:
    """The busiest partition and worker are further from the mean, the more uneven the users are."""
    heats = [heat(SHOP, exponent, COSTS) for exponent in (0.0, 0.8, 1.2)]
    assert np.all(np.diff([found.partition_over_mean for found in heats]) > 0)
    assert np.all(np.diff([found.worker_over_mean for found in heats]) > 0)
    assert heats[0].partition_over_mean == pytest.approx(1.0, abs=0.2)


def test_a_lost_worker_moves_its_own_partitions_only() -> None:
    """Ten of two hundred, each out for at least the session timeout; nobody else for more than the pause."""
    lost = stories(SHOP, COSTS, Assumptions())[0]
    assert (lost.moves, lost.partitions_hit) == (10, 10)
    assert lost.median > Assumptions().session_timeout


def test_static_members_move_nothing_in_a_rolling_upgrade() -> None:
    """Every partition is out once, and none changes hands; dynamic members move each of theirs away and back."""
    _, _, dynamic, static = stories(SHOP, COSTS, Assumptions())
    assert static.moves == 0
    assert static.partitions_hit == SHOP.partitions
    assert dynamic.moves >= 2 * SHOP.partitions
    assert static.imbalance == static.imbalance_before
