"""What is known of accounts and entities, entry by entry, so that a checkpoint writes only what changed."""

from collections.abc import Iterable

import msgspec

from schemas.codec import decode_msgpack, encode_msgpack
from schemas.fraud import EntityKind
from streams.fraud.rings.graph import Entity, EntityGraph, Key

_ENTITY, _MARK = b"e/", b"m/"


class Mark(msgspec.Struct, array_like=True, frozen=True):
    """What was told last of an account: its ring, the score, and when (ms)."""

    ring: int
    score: float
    at: int


class Known:
    """The graph of at most ``most`` entities, and the marks of accounts that belong to rings.

    What changed between two cuts is little, so a cut encodes it at once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.graph = EntityGraph(most)
        self.marks: dict[str, Mark] = {}
        self._changed: dict[str, None] = {}
        self._cut: tuple[dict[Key, None], dict[str, None]] = ({}, {})
        self._unencoded: list[tuple[bytes, bytes | None]] = []

    def mark(self, user: str, mark: Mark | None) -> None:
        """Remember what was told of an account, or nothing."""
        if mark is not None:
            self.marks[user] = mark
        elif self.marks.pop(user, None) is None:
            return
        self._changed[user] = None

    def cut(self) -> None:
        """Freeze what changed since the last cut."""
        entities = [self._entity(key) for key in self.graph.changed]
        self._unencoded = entities + [self._marked(user) for user in self._changed]
        self._cut = self.graph.changed, self._changed
        self.graph.changed, self._changed = {}, {}

    def encode_frozen(self, most: int) -> list[tuple[bytes, bytes | None]]:
        """The next at most ``most`` frozen entries; None as value where there is none any more."""
        entries, self._unencoded = self._unencoded[:most], self._unencoded[most:]
        return entries

    def thaw(self) -> None:
        """The cut came to nothing: its entries count as changed."""
        self.graph.changed = self._cut[0] | self.graph.changed
        self._changed = self._cut[1] | self._changed
        self.settle()

    def settle(self) -> None:
        """The cut is durable."""
        self._unencoded, self._cut = [], ({}, {})

    def restore(self, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """What a checkpoint holds."""
        entities: dict[Key, Entity] = {}
        self.marks, self._changed = {}, {}
        for key, value in entries:
            if key.startswith(_MARK):
                self.marks[key.removeprefix(_MARK).decode()] = decode_msgpack(value, Mark)
            else:
                kind, _, number = key.removeprefix(_ENTITY).decode().partition("/")
                entities[msgspec.convert(kind, EntityKind), int(number)] = decode_msgpack(value, Entity)
        self.graph.restore(entities)
        self.settle()

    def _entity(self, key: Key) -> tuple[bytes, bytes | None]:
        entity = self.graph.entities.get(key)
        return _ENTITY + f"{key[0]}/{key[1]}".encode(), None if entity is None else encode_msgpack(entity)

    def _marked(self, user: str) -> tuple[bytes, bytes | None]:
        mark = self.marks.get(user)
        return _MARK + user.encode(), None if mark is None else encode_msgpack(mark)
