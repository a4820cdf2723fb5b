"""A bounded graph of accounts and the entities that they were seen with; what is old or crowded counts no more."""

from collections import deque
from collections.abc import Iterator
from heapq import heapify, heappop, heappush

import msgspec

from schemas.fraud import EntityKind
from streams.fraud.rings.evidence import CROWD, STRONG, referral_of

EXPIRY = 90 * 86_400_000
"""A sighting counts for so many ms; ``decide`` repeats it every 30 days while it stays true."""

MOST_ENTITIES = 200_000
MOST_PER_ACCOUNT = 32
MOST_ACCOUNTS = 64
"""Of a group: of a larger one, those nearest to the account in question."""

Key = tuple[EntityKind, int]
"""An entity: its kind and the hash that stands for it."""


class Entity(msgspec.Struct, array_like=True):
    """Who was seen with one entity, and when last (ms); ``crowded`` ones remember nobody."""

    touched: int
    crowded: bool = False
    users: dict[str, int] = {}


class EntityGraph:
    """Accounts and entities; which sightings it holds follows from the order in which they came, and from nothing else.

    ``changed`` has the keys of entities that were added, changed or dropped since it was last emptied.
    """

    def __init__(self, most: int = MOST_ENTITIES) -> None:
        self._most = most
        self.entities: dict[Key, Entity] = {}
        self.changed: dict[Key, None] = {}
        self._of_user: dict[str, set[Key]] = {}
        self._oldest: list[tuple[int, Key]] = []
        self._gone: list[str] = []

    def __contains__(self, user: str) -> bool:
        return user in self._of_user

    def restore(self, entities: dict[Key, Entity]) -> None:
        """Hold these entities and nothing else."""
        self.entities, self.changed, self._of_user = entities, {}, {}
        self._oldest = [(entity.touched, key) for key, entity in entities.items()]
        heapify(self._oldest)
        for key, entity in entities.items():
            for user in entity.users:
                self._of_user.setdefault(user, set()).add(key)

    def see(self, user: str, key: Key, at: int) -> list[str]:
        """An account was seen with an entity at ``at`` (ms); the accounts that a new crowd no longer ties."""
        if key not in self.entities:
            if len(self._of_user.get(user, ())) >= MOST_PER_ACCOUNT:
                return []
            self.entities[key] = Entity(at)
            heappush(self._oldest, (at, key))
        entity = self.entities[key]
        entity.touched = max(entity.touched, at)
        self.changed[key] = None
        if entity.crowded:
            return []
        self._tie(user, key, entity, at)
        if len(entity.users) <= CROWD[key[0]]:
            return []
        untied = list(entity.users)
        self._untie(key, untied)
        entity.crowded = True
        return untied

    def erase(self, user: str) -> None:
        """Forget an account with all it was seen with."""
        for key in sorted(self._of_user.get(user, ())):
            self._untie(key, [user])

    def forget(self, now: int) -> list[str]:
        """Drop what is too old at ``now`` (ms), or the oldest where there is too much; accounts left with none."""
        while self._oldest:
            noted, key = self._oldest[0]
            entity = self.entities[key]
            if noted < entity.touched:
                heappop(self._oldest)
                heappush(self._oldest, (entity.touched, key))
            elif now - noted > EXPIRY or len(self.entities) > self._most:
                heappop(self._oldest)
                self._untie(key, list(entity.users))
                del self.entities[key]
            else:
                break
        gone, self._gone = self._gone, []
        return [user for user in gone if user not in self._of_user]

    def group(self, user: str) -> list[str]:
        """The account and those tied to it, nearest first, by entities that tie; at most ``MOST_ACCOUNTS``."""
        found, waiting = {user: None}, deque([user])
        while waiting:
            for other in self._neighbours(waiting.popleft()):
                if other not in found and len(found) < MOST_ACCOUNTS:
                    found[other] = None
                    waiting.append(other)
        return list(found)

    def shared(self, group: list[str]) -> dict[EntityKind, tuple[int, ...]]:
        """By kind, how many accounts of the group use each entity that several of them use.

        A referral is used by who gave it too, and is none of the group's where nobody of the group gave it.
        """
        counts: dict[Key, int] = {}
        for user in group:
            for key in self._of_user.get(user, ()):
                counts[key] = counts.get(key, 0) + 1
        given = {referral_of(user) for user in group} if any(kind == "referral" for kind, _ in counts) else set()
        for key in [key for key in counts if key[0] == "referral"]:
            counts[key] = counts[key] + 1 if key[1] in given else 0
        found: dict[EntityKind, tuple[int, ...]] = {}
        for (kind, _), count in sorted(counts.items()):
            if count > 1:
                found[kind] = (*found.get(kind, ()), count)
        return found

    def _neighbours(self, user: str) -> Iterator[str]:
        for key in sorted(self._of_user.get(user, ())):
            if key[0] in STRONG:
                yield from sorted(self.entities[key].users)

    def _tie(self, user: str, key: Key, entity: Entity, at: int) -> None:
        self._untie(key, [other for other, seen in entity.users.items() if at - seen > EXPIRY])
        if user in entity.users or len(self._of_user.get(user, ())) < MOST_PER_ACCOUNT:
            entity.users[user] = max(at, entity.users.get(user, 0))
            self._of_user.setdefault(user, set()).add(key)

    def _untie(self, key: Key, users: list[str]) -> None:
        entity = self.entities[key]
        self.changed[key] = None
        for user in users:
            del entity.users[user]
            mine = self._of_user[user]
            mine.discard(key)
            if not mine:
                del self._of_user[user]
                self._gone.append(user)
