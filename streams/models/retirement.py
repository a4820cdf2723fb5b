"""Which model versions nobody can need any more: exactly those that no remaining log record can put in force.

A fold of a partition begins at a checkpoint or at the log's beginning, so never before the log's first offset. A
milestone says that by some offset of each partition a later version was in force; once every partition of the log
begins behind that offset, the older versions stand before everything that can still be folded. Versions only go up:
whoever wants an old model back publishes it again under a new number.
"""

from collections.abc import Iterable, Mapping, Sequence

from schemas.models import Milestone
from streams.models.store import Version

MOST = 256
"""Milestones that are kept; beyond that every second one goes: versions then leave somewhat later, never too early."""


def reached(
    at: int, heads: Sequence[tuple[int, Mapping[str, int]]], end: int, before: Sequence[Milestone]
) -> Milestone | None:
    """The milestone that checkpoints prove at wall time ``at`` (ms); None if it says no more than the last one.

    ``heads``: of every partition, the offset it had folded and the versions in force there. ``end``: that of ``models``
    as it was before they were read.
    """
    applied = tuple(offset for offset, _ in heads)
    names = set[str].intersection(*(set(in_force) for _, in_force in heads)) if heads else set[str]()
    in_force = {name: min(versions[name] for _, versions in heads) for name in sorted(names)}
    if not in_force or (before and before[-1].in_force == in_force and len(before[-1].applied) == len(applied)):
        return None
    return Milestone(at, in_force, applied, end)


def retired(milestones: Iterable[Milestone], first: Sequence[int], offsets: Mapping[Version, int]) -> list[Version]:
    """The versions that nobody can need; ``offsets``: where each stands on ``models``.

    One that was published after the milestone is another of the same number: it stays.
    """
    proofs = [stone for stone in milestones if len(stone.applied) == len(first) and _is_behind(stone, first)]
    return [
        (name, version)
        for (name, version), at in sorted(offsets.items())
        if any(version < stone.in_force.get(name, 0) and at < stone.end for stone in proofs)
    ]


def waiting(milestones: Iterable[Milestone], first: Sequence[int], offsets: Mapping[Version, int]) -> list[Milestone]:
    """The milestones that have not had all their effect yet; those of a log of another size never will."""
    return [
        stone
        for stone in milestones
        if len(stone.applied) == len(first) and (not _is_behind(stone, first) or retired([stone], first, offsets))
    ]


def kept(milestones: Sequence[Milestone], most: int = MOST) -> list[Milestone]:
    """At most ``most`` milestones, the newest among them."""
    stones = list(milestones)
    while len(stones) > most:
        stones = stones[-1::-2][::-1]
    return stones


def _is_behind(stone: Milestone, first: Sequence[int]) -> bool:
    return all(applied < begins for applied, begins in zip(stone.applied, first, strict=True))
