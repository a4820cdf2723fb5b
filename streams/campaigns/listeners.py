"""Which campaigns an event concerns, found by what their *where* asks for: those it does not concern cost nothing."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from schemas.campaigns import Condition
from streams.features.values import View, reader
from streams.policy.point import ActiveCampaign

Ranked = tuple[int, ActiveCampaign]
"""A campaign with its place among all."""

Find = Callable[[View], Sequence[Ranked]]

_PASSED: dict[str, Callable[[list[Any], Any], slice]] = {
    "<": lambda thresholds, value: slice(bisect_right(thresholds, value), None),
    "<=": lambda thresholds, value: slice(bisect_left(thresholds, value), None),
    ">=": lambda thresholds, value: slice(bisect_right(thresholds, value)),
    ">": lambda thresholds, value: slice(bisect_left(thresholds, value)),
}
"""Which thresholds of a sorted list a value passes."""


class Listeners:
    """Campaigns that listen to one type of event.

    Each stands under one comparison that its *where* cannot hold without: under the value asked for where it is an
    equality, else in the order of thresholds. The event looks each compared feature up once, however many ask for it.
    """

    def __init__(self, campaigns: Iterable[ActiveCampaign]) -> None:
        groups: dict[tuple[str, str], list[tuple[Any, Ranked]]] = {}
        for ranked in enumerate(campaigns):
            leaf = _key(ranked[1].spec.when.where)
            groups.setdefault(("", "") if leaf is None else (leaf.feature, leaf.op), []).append(
                (None if leaf is None else leaf.value, ranked)
            )
        self._finds = tuple(_find(feature, op, entries) for (feature, op), entries in groups.items())

    def concerned(self, view: View) -> list[ActiveCampaign]:
        """The campaigns whose *where* holds, in the order in which they were given."""
        found: list[Ranked] = []
        for find in self._finds:
            found += find(view)
        if len(found) > 1:
            found.sort(key=_rank)
        return [campaign for _, campaign in found if campaign.where is None or campaign.where.holds(view)]


def _key(where: Condition | None) -> Condition | None:
    """The comparison to find a campaign by: an equality if there is one, else the first ordered one."""
    needed = [leaf for leaf in _needed(where) if leaf.op == "==" or leaf.op in _PASSED]
    return next((leaf for leaf in needed if leaf.op == "=="), needed[0] if needed else None)


def _needed(condition: Condition | None) -> Iterator[Condition]:
    """Comparisons without which the condition cannot hold."""
    if condition is None or condition.negated:
        return
    if condition.feature:
        yield condition
    for part in condition.all:
        yield from _needed(part)


def _find(feature: str, op: str, entries: list[tuple[Any, Ranked]]) -> Find:
    if not feature:
        everybody = [ranked for _, ranked in entries]
        return lambda _: everybody
    return _find_equal(feature, entries) if op == "==" else _find_passed(feature, op, entries)


def _find_equal(feature: str, entries: list[tuple[Any, Ranked]]) -> Find:
    read, asking = reader(feature), dict[Any, list[Ranked]]()
    for value, ranked in entries:
        asking.setdefault(value, []).append(ranked)
    return lambda view: asking.get(read(view), ())


def _find_passed(feature: str, op: str, entries: list[tuple[Any, Ranked]]) -> Find:
    read, passed = reader(feature), _PASSED[op]
    ascending = sorted(entries, key=lambda entry: entry[0])
    thresholds, asking = [value for value, _ in ascending], [ranked for _, ranked in ascending]
    return lambda view: asking[passed(thresholds, read(view))]


def _rank(ranked: Ranked) -> int:
    return ranked[0]
