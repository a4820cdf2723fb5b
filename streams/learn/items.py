"""Choices of customers become the recommender that ``decide`` serves, learned one by one, published at times."""

from collections.abc import Iterable, Sequence
from math import isfinite

import msgspec

from schemas.items import ItemsChosen
from schemas.models import ModelSnapshot
from schemas.origins import Origin
from schemas.topics import ITEM_CHOICES
from streams.features import catalogue
from streams.folding import LogRecord, Output
from streams.learn.publishing import publish
from streams.learn.settings import LearnSettings
from streams.ledger import Ledger, decode_head, encode_head
from streams.models.snapshots import pack, seal
from streams.reading import read
from streams.recommend.serving.choices import MOST_ITEMS, MOST_SOURCES, Choices
from streams.recommend.serving.known import ChoicesState
from streams.recommend.serving.published import ALGORITHM, arrays_of

RECOMMENDER = "recommender"


class _State(msgspec.Struct, array_like=True):
    """The partition head; what is known of items are its entries."""

    ledger: Ledger = msgspec.field(default_factory=Ledger)
    choices: ChoicesState = msgspec.field(default_factory=ChoicesState)


class ItemLearning:
    """Fold of ``item-choices``/0 (see ``streams.folding.Fold``).

    Everybody's choices teach, whatever a campaign did or left: they have no labels that a holdout must be kept from.
    Every ``choices_every`` of them the recommender is published.
    """

    def __init__(
        self, settings: LearnSettings | None = None, most_items: int = MOST_ITEMS, most_sources: int = MOST_SOURCES
    ) -> None:
        self._settings = settings or LearnSettings()
        self.choices = Choices(most_items, most_sources)
        self._unencoded: list[tuple[bytes, bytes | None]] = []
        self._set(_State(), ())

    @property
    def applied(self) -> int:
        """Offset of the last record in the state; −1 for none."""
        return self._state.ledger.applied

    def fold(self, records: Sequence[LogRecord], outputs: list[Output]) -> None:
        """Take choices in order; see ``Fold.fold``."""
        ledger = self._state.ledger
        for record in records:
            if record.offset <= self.applied:
                continue
            seen = read(record, ITEM_CHOICES, ItemsChosen, ledger, outputs)
            if seen is not None and self._is_taken(seen):
                self.choices.learn(seen)
                ledger.waiting += 1
                outputs += self._publish_when_due(record.offset, seen.at)
            ledger.applied = record.offset

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

    def due(self) -> int | None:
        """Never: no timers."""
        return None

    def counters(self) -> dict[str, int]:
        """Choices taken and dropped."""
        return dict(self._state.ledger.tallies)

    def _set(self, state: _State, entries: Iterable[tuple[bytes, bytes]]) -> None:
        self._state, self._unencoded = state, []
        self.choices.restore(state.choices, entries)

    def _is_taken(self, seen: ItemsChosen) -> bool:
        ledger = self._state.ledger
        if not ledger.is_new(seen.origin):
            ledger.count(f"duplicates_total|{ITEM_CHOICES}")
            return False
        fits = all(isfinite(share) and share >= 0.0 for _, share in seen.interests)
        ledger.count("records_total|learn|items_chosen" if fits else "records_total|learn|items_chosen_unfit")
        return fits

    def _publish_when_due(self, offset: int, at: int) -> list[Output]:
        ledger, settings = self._state.ledger, self._settings
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
