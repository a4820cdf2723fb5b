"""Entity sightings → rings: groups of accounts that share so much that they seem to be one person's."""

from collections.abc import Iterable

import msgspec

from schemas.codec import encode_msgpack
from schemas.fraud import EntitySighting
from schemas.origins import Origin
from schemas.records import Record, RingFound
from schemas.topics import CONTROL, ENTITY_SIGHTINGS
from streams.folding import Output
from streams.fraud.rings.evidence import CROWD, evidence, score
from streams.fraud.rings.graph import MOST_ENTITIES
from streams.fraud.rings.known import Known, Mark
from streams.ledger import Ledger, decode_head, encode_head
from streams.topic_fold import TopicFold

TOLD_FROM = 0.8
"""A group with a lower score is not told of."""

NEWS = 0.1
"""A score that moved by less is no news."""

TOLD_AGAIN = 30 * 86_400_000
"""After so many ms a membership is told again when the group is seen: ``decide`` lets it fade, or forgot the user."""


class _State(msgspec.Struct, array_like=True):
    """The partition head; entities and marks are its entries."""

    ledger: Ledger = msgspec.field(default_factory=Ledger)
    now: int = 0
    rings: int = 0
    told: int = 0


class RingFinding(TopicFold[EntitySighting]):
    """Fold of ``entity-sightings``/0 into *ring found* records on ``control`` (see ``streams.folding.Fold``).

    A sighting re-examines the group around its account; only accounts of which something else holds now are told of.
    A score of 0 takes back what was told: the entity that tied them has turned out to be a public one.
    """

    topic = ENTITY_SIGHTINGS
    kind = EntitySighting

    def __init__(self, most: int = MOST_ENTITIES) -> None:
        self.known = Known(most)
        self._state = _State()

    def cut(self) -> bytes:
        """Freeze what changed and return the head; see ``Fold.cut``."""
        self.known.cut()
        return encode_head(self._state)

    def encode_frozen(self, most: int) -> list[tuple[bytes, bytes | None]]:
        """The next entries; see ``Fold.encode_frozen``."""
        return self.known.encode_frozen(most)

    def thaw(self) -> None:
        """The checkpoint failed; see ``Fold.thaw``."""
        self.known.thaw()

    def settle(self) -> None:
        """The checkpoint is durable; see ``Fold.settle``."""
        self.known.settle()

    def restore(self, head: bytes | None, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Set the state to that of a checkpoint; see ``Fold.restore``."""
        self._state = _State() if head is None else decode_head(head, _State)
        self.known.restore(entries)

    @property
    def _ledger(self) -> Ledger:
        return self._state.ledger

    def _fold_one(self, message: EntitySighting, offset: int) -> list[Output]:
        return self._take(message, offset) if self._is_taken(message) else []

    def _is_taken(self, sighting: EntitySighting) -> bool:
        ledger = self._ledger
        if not ledger.takes(sighting.origin, ENTITY_SIGHTINGS):
            return False
        ledger.count("records_total|coordinate|sighting")
        return True

    def _take(self, sighting: EntitySighting, offset: int) -> list[Output]:
        state, untied = self._state, list[str]()
        state.now = max(state.now, sighting.at)
        for kind, entity in sighting.seen:
            if kind in CROWD:
                untied += self.known.graph.see(sighting.user, (kind, entity), sighting.at)
        untied += self._forget(sighting.user) if sighting.erased else []
        found = [self._examine(user) for user in dict.fromkeys((sighting.user, *untied))]
        for user in self.known.graph.forget(state.now):
            self.known.mark(user, None)
        news = [body for body in found if body is not None]
        return [self._told(body, Origin(ENTITY_SIGHTINGS, 0, offset, n)) for n, body in enumerate(news)]

    def _forget(self, user: str) -> list[str]:
        """The accounts that an erased one no longer ties."""
        others = self.known.graph.group(user)[1:]
        self.known.graph.erase(user)
        self.known.mark(user, None)
        return others

    def _examine(self, user: str) -> RingFound | None:
        """What is news about the group around an account; from here on it is told."""
        group = self.known.graph.group(user)
        shared = self.known.graph.shared(group)
        chance = score(evidence(shared))
        if chance < TOLD_FROM:
            return self._take_back([member for member in group if member in self.known.marks])
        news = sorted(member for member in group if self._is_news(member, chance))
        if not news:
            return None
        state, known = self._state, [self.known.marks[member].ring for member in group if member in self.known.marks]
        state.rings += not known
        state.told += 1
        ring = min(known, default=state.rings)
        for member in news:
            self.known.mark(member, Mark(ring, chance, state.now))
        most = {kind: max(counts) for kind, counts in shared.items()}
        return RingFound(f"r{ring}", state.told, chance, len(group), most, tuple(news))

    def _take_back(self, members: list[str]) -> RingFound | None:
        if not members:
            return None
        ring = min(self.known.marks[member].ring for member in members)
        for member in members:
            self.known.mark(member, None)
        self._state.told += 1
        return RingFound(f"r{ring}", self._state.told, 0.0, 0, {}, tuple(sorted(members)))

    def _is_news(self, member: str, chance: float) -> bool:
        mark = self.known.marks.get(member)
        return mark is None or abs(chance - mark.score) >= NEWS or self._state.now - mark.at >= TOLD_AGAIN

    def _told(self, body: RingFound, origin: Origin) -> Output:
        self._ledger.count("rings_total|coordinate|told" if body.score else "rings_total|coordinate|taken_back")
        record = Record(origin=origin, written_at=self._state.now, user="", body=body)
        return Output(CONTROL, b"ring", encode_msgpack(record), (("origin", origin.text.encode()),))
