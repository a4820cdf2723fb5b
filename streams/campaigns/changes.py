"""From the campaigns in force to those that are wanted: versions, and what may not change while live."""

from typing import Any, NamedTuple

from msgspec.structs import replace

from schemas.campaigns import Campaign, ContactPolicy
from streams.campaigns.document import Problem
from streams.campaigns.sets import CheckedSet

MEASURED = ("live", "paused")
"""States in which an experiment is under way: what it measures is frozen."""

_UNITS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s"))


class Change(NamedTuple):
    """What happens to one campaign."""

    campaign: str
    text: str


class NextSet(NamedTuple):
    """The campaigns that hold next, what changes, and what is refused (then nothing may be applied)."""

    campaigns: tuple[Campaign, ...]
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]


def next_set(current: tuple[Campaign, ...], wanted: CheckedSet, *, whole: bool = True) -> NextSet:
    """Number the wanted campaigns after the current ones; unless they are the ``whole`` set, the others stay.

    A changed campaign gets the next version; pausing, resuming and ending alone keep it, so that the experiment goes
    on. A campaign that is no longer wanted is ended and kept, for its version and for decisions still open.
    """
    before = {campaign.name: campaign for campaign in current}
    after: list[Campaign] = []
    changes: list[Change] = []
    problems: list[Problem] = []
    for campaign in wanted.campaigns:
        old = before.pop(campaign.name, None)
        numbered, text = _numbered(old, campaign)
        after.append(numbered)
        changes += [Change(campaign.name, text)] if text else []
        problems += _refused(old, campaign, wanted) if old else ()
    if not whole:
        after += before.values()
        before = {}
    for gone in before.values():
        after.append(replace(gone, state="ended"))
        changes += [Change(gone.name, f"{gone.state} → ended (its file is gone)")] if gone.state != "ended" else []
    return NextSet(tuple(after), tuple(changes), tuple(problems))


def joined(current: tuple[ContactPolicy, ...], wanted: tuple[ContactPolicy, ...]) -> tuple[ContactPolicy, ...]:
    """The policies in force with the wanted ones in their places: what a single file brings."""
    return tuple(({policy.name: policy for policy in current} | {policy.name: policy for policy in wanted}).values())


def with_state(current: tuple[Campaign, ...], name: str, state: Any) -> tuple[Campaign, ...]:
    """The campaigns with the state of one of them set."""
    return tuple(replace(campaign, state=state) if campaign.name == name else campaign for campaign in current)


def _numbered(old: Campaign | None, new: Campaign) -> tuple[Campaign, str]:
    if old is None:
        return replace(new, version=1), f"new, version 1, {new.state}"
    as_before = replace(new, version=old.version)
    if as_before == old:
        return old, ""
    if replace(as_before, state=old.state) == old and _goes_on(old.state, new.state):
        return as_before, f"version {old.version}, {old.state} → {new.state}"
    changed = [field for field in new.__struct_fields__ if getattr(as_before, field) != getattr(old, field)]
    return replace(new, version=old.version + 1), f"version {old.version} → {old.version + 1}: {', '.join(changed)}"


def _goes_on(old: str, new: str) -> bool:
    return old in MEASURED and new in (*MEASURED, "ended")


def _refused(old: Campaign, new: Campaign, wanted: CheckedSet) -> list[Problem]:
    if old.state not in MEASURED or new.state == "ended":
        return []
    frozen = {
        "experiment.holdout": (_percent(old.experiment.holdout), _percent(new.experiment.holdout)),
        "experiment.metric": (old.experiment.metric, new.experiment.metric),
        "experiment.window": (span(old.experiment.window), span(new.experiment.window)),
        "currency": (old.currency, new.currency),
    }
    place = wanted.places[new.name]
    way_out = f'end it, or start "{_successor(new.name, wanted)}"'
    return [
        place.problem(field, f"cannot change from {before} to {after} while {old.state}; {way_out}")
        for field, (before, after) in frozen.items()
        if before != after
    ]


def _percent(share: float) -> str:
    return f"{share * 100:g}%"


def _successor(name: str, wanted: CheckedSet) -> str:
    stem, _, number = name.rpartition("-")
    base, count = (stem, int(number)) if stem and number.isdigit() else (name, 1)
    taken = {campaign.name for campaign in wanted.campaigns}
    while f"{base}-{count + 1}" in taken:
        count += 1
    return f"{base}-{count + 1}"


def span(duration: int) -> str:
    """A duration in ms as people write it: ``48h`` (days from three on), ``90s``."""
    for size, unit in _UNITS:
        if duration and duration % size == 0 and not (unit == "d" and duration < 3 * size):
            return f"{duration // size}{unit}"
    return f"{duration}ms"
