"""What happens to a thousand partitions when a worker is lost, one joins, or all are replaced one after the other."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec
import numpy as np

from deploy.capacity.assignment import Held, assign, moved
from deploy.capacity.coefficients import Coefficients
from deploy.capacity.model import Assumptions, Load
from deploy.capacity.traffic import Loads, partition_shares

PAUSE = 0.05
"""Seconds for which a rebalance holds everybody up, as measured."""
HANDING_OVER = 1.0
"""Seconds of a last checkpoint by an owner who leaves in order."""


class Shop(msgspec.Struct, frozen=True):
    """The cluster that is simulated; ``exponent`` of how unevenly its users are active (Zipf)."""

    load: Load
    partitions: int = 1000
    workers: int = 100
    exponent: float = 0.8
    seed: int = 1


class Story(msgspec.Struct, frozen=True):
    """What an event does. Times without service in seconds, over the partitions that had any but the pause.

    ``moves`` counts every change of hands; imbalance is the busiest worker's load over the mean, at its worst.
    """

    name: str
    moves: int
    partitions_hit: int
    median: float
    p99: float
    longest: float
    partition_seconds: float
    imbalance_before: float
    imbalance: float


class Cluster:
    """Partitions, who holds them, and how long each has been without service."""

    def __init__(self, shop: Shop, costs: Coefficients, given: Assumptions) -> None:
        self.names = [f"w{number:04}" for number in range(shop.workers)]
        self.shares = partition_shares(shop.partitions, int(shop.load.users), shop.exponent, shop.seed)
        self.held = assign(shop.partitions, self.names, {})
        self.moves = 0
        self.out = np.zeros(shop.partitions)
        self.opened = np.zeros(shop.partitions, dtype=np.bool_)
        self.worst = self.before = imbalance(self.held, self.shares, self.names)
        self._shop, self._costs, self._given = shop, costs, given

    def rebalance(self, workers: Sequence[str], waited: float) -> None:
        """Assign anew; what changes hands was without service for ``waited`` seconds and then is opened in turn."""
        after = assign(self._shop.partitions, workers, self.held)
        gone = moved(self.held, after)
        self.out += PAUSE
        self._open(gone, after, waited)
        self.held, self.moves = after, self.moves + len(gone)
        self.worst = max(self.worst, imbalance(after, self.shares, workers))

    def restart(self, worker: str) -> None:
        """A static member comes back within its session: it opens its own partitions again, nobody else notices."""
        own = [partition for partition, holder in self.held.items() if holder == worker]
        self._open(own, self.held, HANDING_OVER + self._costs.start_seconds)

    def story(self, name: str) -> Story:
        """What has happened so far."""
        hit = self.out[self.opened] if self.opened.any() else self.out
        median, p99, longest = (float(np.quantile(hit, share)) for share in (0.5, 0.99, 1.0))
        total = float(self.out.sum())
        return Story(name, self.moves, int(self.opened.sum()), median, p99, longest, total, self.before, self.worst)

    def _open(self, partitions: Sequence[int], held: Held, waited: float) -> None:
        """A worker opens what it is given one after the other: it has one core."""
        clocks: defaultdict[str, float] = defaultdict(lambda: waited)
        for partition in partitions:
            clocks[held[partition]] += self._opening(partition, waited)
            self.out[partition] += clocks[held[partition]]
            self.opened[partition] = True

    def _opening(self, partition: int, waited: float) -> float:
        shop, costs = self._shop, self._costs
        users = shop.load.users / shop.partitions
        behind = self.shares[partition] * shop.load.events_per_second * (waited + self._given.checkpoint_interval)
        work = users * costs.opening_us_per_user + behind * costs.refold_us_per_event
        return float(costs.fence_seconds + work / 1e6)


def imbalance(held: Held, shares: Loads, workers: Sequence[str]) -> float:
    """The busiest worker's load over the mean."""
    loads = worker_loads(held, shares, workers)
    return float(max(loads.values()) * len(loads))


def worker_loads(held: Held, shares: Loads, workers: Sequence[str]) -> dict[str, float]:
    """The share of all events that each worker folds."""
    loads = dict.fromkeys(workers, 0.0)
    for partition, worker in held.items():
        loads[worker] += float(shares[partition])
    return loads


def stories(shop: Shop, costs: Coefficients, given: Assumptions) -> list[Story]:
    """One worker lost; one joining; a rolling upgrade with dynamic and with static membership."""
    lost, joined, rolled, static = (Cluster(shop, costs, given) for _ in range(4))
    lost.rebalance(lost.names[1:], given.session_timeout)
    joined.rebalance([*joined.names, "new"], HANDING_OVER)
    for worker in rolled.names:
        rolled.rebalance([name for name in rolled.names if name != worker], HANDING_OVER)
        rolled.rebalance(rolled.names, HANDING_OVER)
    for worker in static.names:
        static.restart(worker)
    return [
        lost.story("one worker lost"),
        joined.story("one worker joining"),
        rolled.story("rolling upgrade, dynamic members"),
        static.story("rolling upgrade, static members"),
    ]
