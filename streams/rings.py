"""What ``decide`` does about rings: reports whom it saw with what, and marks the accounts of rings that were found."""

from collections.abc import Iterable

from schemas.fraud import EntityKind, EntitySighting
from schemas.records import EventTaken, RingFound
from schemas.topics import ENTITY_SIGHTINGS
from streams.features.values import View
from streams.outputs import Writer
from streams.points import Points
from streams.profiles.observing import DAY
from streams.profiles.user import MAX_SIGHTED, RingMark, User, keep_newest, mark
from streams.state import PartitionState
from streams.users import Users

REPORTED_AGAIN = 30
"""A sighting that is still true is reported again after so many days, before it expires."""


class Rings:
    """Sightings out, memberships in, for one partition."""

    def __init__(self, state: PartitionState, users: Users, points: Points, writer: Writer) -> None:
        self._state = state
        self._users = users
        self._points = points
        self._writer = writer

    def report(self, token: str, user: User, event: EventTaken) -> None:
        """Say which entities of an event are news about a user that is being changed; most events have none.

        A visitor is no account: whoever deletes cookies would be a ring of one's own.
        """
        if event.stable:
            self._report(token, user, _named(event))

    def report_devices(self, token: str, user: User, devices: Iterable[int]) -> None:
        """Likewise of the marks of devices that a visitor used who turned out to be this customer."""
        self._report(token, user, _devices(devices))

    def _report(self, token: str, user: User, named: Iterable[tuple[EntityKind, str]]) -> None:
        day, seen = self._state.now // DAY, list[tuple[EntityKind, int]]()
        for kind, value in named:
            entity = mark(f"{kind}:{value}") if value else 0
            if value and day - user.sighted.get(entity, -REPORTED_AGAIN) >= REPORTED_AGAIN:
                user.sighted.pop(entity, None)
                user.sighted[entity] = day
                seen.append((kind, entity))
        if seen:
            keep_newest(user.sighted, MAX_SIGHTED)
            sighting = EntitySighting(origin=self._writer.origin(), user=token, at=self._state.now, seen=tuple(seen))
            self._writer.put(ENTITY_SIGHTINGS, token, sighting, event="entity.sighted")

    def forget(self, token: str) -> None:
        """An account was erased: it ties nobody any more."""
        sighting = EntitySighting(origin=self._writer.origin(), user=token, at=self._state.now, seen=(), erased=True)
        self._writer.put(ENTITY_SIGHTINGS, token, sighting, event="entity.erased")

    def mark(self, token: str, found: RingFound) -> None:
        """Remember a ring with those of its members that this partition knows, and look at each of them at once."""
        del token
        now = self._state.now
        for member in found.members:
            if self._users.get(member) is None:
                continue
            user = self._users.change(member)
            told = RingMark(found.ring, found.version, found.score, found.accounts, found.shared, now)
            user.ring = told if found.score else None
            if found.score:
                self._points.assess(member, View(user, now))


def _named(event: EventTaken) -> tuple[tuple[EntityKind, str], ...]:
    devices = _devices((mark(event.device),) if event.device else ())
    return (*devices, ("address", event.address), ("payment", event.payment), ("referral", event.referrer))


def _devices(marks: Iterable[int]) -> tuple[tuple[EntityKind, str], ...]:
    return tuple([("device", str(device)) for device in marks])
