"""Hot partitions: how far the busiest one is from the mean, and whether one core can fold it."""

import msgspec

from deploy.capacity.assignment import assign
from deploy.capacity.coefficients import Coefficients
from deploy.capacity.rebalancing import Shop, worker_loads
from deploy.capacity.traffic import partition_shares

EXPONENTS = (0.0, 0.6, 0.8, 1.0, 1.2)


class Heat(msgspec.Struct, frozen=True):
    """At one exponent: the busiest partition and worker over the mean, their events/s, and the worker's core.

    ``overloaded`` counts workers that have more to fold than one core can.
    """

    exponent: float
    partition_over_mean: float
    partition_events_per_second: float
    worker_over_mean: float
    worker_cpu: float
    overloaded: int


def heat(shop: Shop, exponent: float, costs: Coefficients) -> Heat:
    """How hot it gets when activity follows Zipf's law with this exponent."""
    shares = partition_shares(shop.partitions, int(shop.load.users), exponent, shop.seed)
    names = [f"w{number:04}" for number in range(shop.workers)]
    loads = worker_loads(assign(shop.partitions, names, {}), shares, names)
    cores = [share * shop.load.events_per_second * costs.decide_us_per_event / 1e6 for share in loads.values()]
    hottest = float(shares.max())
    return Heat(
        exponent,
        hottest * shop.partitions,
        hottest * shop.load.events_per_second,
        max(loads.values()) * shop.workers,
        max(cores),
        sum(core > 1 for core in cores),
    )
