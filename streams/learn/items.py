"""Choices of customers become the recommender that ``decide`` serves, learned one by one, published at times."""

from collections.abc import Iterable
from math import isfinite

import msgspec

from schemas.items import ItemsChosen
from schemas.models import ModelSnapshot
from schemas.origins import Origin
from schemas.topics import ITEM_CHOICES
from streams.features import catalogue
from streams.folding import Output
from streams.learn.publishing import publish
from streams.learn.settings import LearnSettings
from streams.ledger import Ledger, decode_head, encode_head
from streams.models.snapshots import pack, seal
from streams.recommend.serving.choices import MOST_ITEMS, MOST_SOURCES, Choices
from streams.recommend.serving.known import ChoicesState
from streams.recommend.serving.published import ALGORITHM, arrays_of
from streams.topic_fold import TopicFold

RECOMMENDER = "recommender"


class _State(msgspec.Struct, array_like=True):
    """The partition head; what is known of items are its entries."""

    ledger: Ledger = msgspec.field(default_factory=Ledger)
    choices: ChoicesState = msgspec.field(default_factory=ChoicesState)


class ItemLearning(TopicFold[ItemsChosen]):
    """Fold of ``item-choices``/0 (see ``streams.folding.Fold``).

    Everybody's choices teach, whatever a campaign did or left: they have no labels that a holdout must be kept from.
    Every ``choices_every`` of them the recommender is published.
    """

    topic = ITEM_CHOICES
    kind = ItemsChosen

    def __init__(
        self, settings: LearnSettings | None = None, most_items: int = MOST_ITEMS, most_sources: int = MOST_SOURCES
    ) -> None:
        self._settings = settings or LearnSettings()
        self.choices = Choices(most_items, most_sources)
        self._unencoded: list[tuple[bytes, bytes | None]] = []
        self._set(_State(), ())

    def cut(self) -> bytes:
        """Freeze what changed and return the head; see ``Fold.cut``."""
        self._unencoded = [entry for table in self.choices.tables for entry in table.cut()]
        return encode_head(self._state)

    def encode_frozen(self, most: int) -> list[tuple[bytes, bytes | None]]:
        """The next entries; see ``Fold.encode_frozen``."""
        entries, self._unencoded = self._unencoded[:most], self._unencoded[most:]
        return entries

    def thaw(self) -> None:
        """The checkpoint failed; see ``Fold.thaw``."""
        for table in self.choices.tables:
            table.thaw()
        self._unencoded = []

    def settle(self) -> None:
        """The checkpoint is durable; see ``Fold.settle``."""
        for table in self.choices.tables:
            table.settle()
        self._unencoded = []

    def restore(self, head: bytes | None, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Set the state to that of a checkpoint; see ``Fold.restore``."""
        self._set(_State() if head is None else decode_head(head, _State), entries)

    @property
    def _ledger(self) -> Ledger:
        return self._state.ledger

    def _fold_one(self, message: ItemsChosen, offset: int) -> list[Output]:
        if not self._is_taken(message):
            return []
        self.choices.learn(message)
        self._ledger.waiting += 1
        return self._publish_when_due(offset, message.at)

    def _set(self, state: _State, entries: Iterable[tuple[bytes, bytes]]) -> None:
        self._state, self._unencoded = state, []
        self.choices.restore(state.choices, entries)

    def _is_taken(self, seen: ItemsChosen) -> bool:
        ledger = self._ledger
        if not ledger.takes(seen.origin, ITEM_CHOICES):
            return False
        fits = all(isfinite(share) and share >= 0.0 for _, share in seen.interests)
        ledger.count("records_total|learn|items_chosen" if fits else "records_total|learn|items_chosen_unfit")
        return fits

    def _publish_when_due(self, offset: int, at: int) -> list[Output]:
        ledger, settings = self._ledger, self._settings
        if not ledger.is_due(settings.choices_every, settings.pause, at):
            return []
        snapshot = ModelSnapshot(
            name=RECOMMENDER,
            version=ledger.next_version(RECOMMENDER),
            algorithm=ALGORITHM,
            catalogue=catalogue.VERSION,
            features=(),
            arrays={name: pack(values) for name, values in arrays_of(self.choices).items()},
            trained_on=self.choices.state.learned,
            trained_until=at,
        )
        ledger.note_published(at, RECOMMENDER)
        return publish(seal(snapshot), Origin(ITEM_CHOICES, 0, offset), at)
