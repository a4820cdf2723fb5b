"""Who holds which partition: sticky and balanced, as the group's assignor does it."""

from collections.abc import Mapping, Sequence

Held = Mapping[int, str]


def assign(partitions: int, workers: Sequence[str], held: Held) -> dict[int, str]:
    """Counts differ by one at most, and as few partitions as possible leave a worker that is still there.

    A worker that has too many gives away those that it got last: ``held`` and the result are in the order of getting.
    """
    keeping: dict[str, list[int]] = {worker: [] for worker in workers}
    for partition, worker in held.items():
        if worker in keeping:
            keeping[worker].append(partition)
    quotas = _quotas(partitions, sorted(workers, key=lambda worker: (-len(keeping[worker]), worker)))
    assigned = {partition: worker for worker, own in keeping.items() for partition in own[: quotas[worker]]}
    free = iter(partition for partition in range(partitions) if partition not in assigned)
    for worker, own in keeping.items():
        assigned |= {next(free): worker for _ in range(quotas[worker] - len(own))}
    return assigned


def moved(before: Held, after: Held) -> list[int]:
    """Partitions that changed hands."""
    return [partition for partition, worker in after.items() if before.get(partition) != worker]


def _quotas(partitions: int, ranked: Sequence[str]) -> dict[str, int]:
    """The fullest workers may hold the one more that does not divide evenly."""
    least, over = divmod(partitions, len(ranked))
    return {worker: least + (place < over) for place, worker in enumerate(ranked)}
