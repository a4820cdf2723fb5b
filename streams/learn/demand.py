"""The partitions' hourly counts become forecasts of traffic and demand, learned hour by hour."""

from collections.abc import Iterable

import msgspec

from schemas.hourly import HOUR, HourCounts
from schemas.origins import Origin
from schemas.topics import HOURLY_COUNTS
from streams.demand.learning import DemandLearning, DemandState
from streams.demand.series import Errors
from streams.demand.served import NAME
from streams.demand.shop import ShopHours
from streams.folding import Output
from streams.learn.publishing import publish
from streams.learn.settings import LearnSettings
from streams.ledger import Ledger, decode_head, encode_head
from streams.topic_fold import TopicFold
from streams.whole_head import WholeHead


class _State(msgspec.Struct, array_like=True):
    """Bounded, so it stands whole in the partition head; what series know is filled in at a cut."""

    ledger: Ledger = msgspec.field(default_factory=Ledger)
    hours: ShopHours = msgspec.field(default_factory=ShopHours)
    demand: DemandState = msgspec.field(default_factory=DemandState)


class ForecastLearning(WholeHead, TopicFold[HourCounts]):
    """Fold of ``hourly-counts``/0 (see ``streams.folding.Fold``).

    An hour is learned when every partition of the log has told of it (see ``ShopHours``), after it was forecast. Every
    ``forecast_every`` hours, from a week on, the forecasts of the next week are published.
    """

    topic = HOURLY_COUNTS
    kind = HourCounts

    def __init__(self, settings: LearnSettings | None = None) -> None:
        self._settings = settings or LearnSettings()
        self._set(_State())

    def errors(self) -> dict[str, list[Errors]]:
        """By series and horizon: of the forecasts made, and of the same hour last week."""
        return self._demand.errors()

    def cut(self) -> bytes:
        """The whole state: there are no entries."""
        self._state.demand = self._demand.state()
        return encode_head(self._state)

    def restore(self, head: bytes | None, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Set the state to that of a checkpoint; see ``Fold.restore``."""
        del entries
        self._set(_State() if head is None else decode_head(head, _State))

    @property
    def _ledger(self) -> Ledger:
        return self._state.ledger

    def _fold_one(self, message: HourCounts, offset: int) -> list[Output]:
        return self._learn(message, offset) if self._is_taken(message) else []

    def _set(self, state: _State) -> None:
        self._state = state
        self._demand = DemandLearning(state.demand, self._settings.forecast_categories)

    def _is_taken(self, counts: HourCounts) -> bool:
        ledger = self._ledger
        if not ledger.takes(counts.origin, HOURLY_COUNTS):
            return False
        late = self._state.hours.is_late(counts)
        ledger.count(f"records_total|learn|hour{'_late' if late else ''}")
        return True

    def _learn(self, counts: HourCounts, offset: int) -> list[Output]:
        """Publish at most once: for the last of the hours that the record made whole."""
        over = self._state.hours.take(counts)
        for hour, shop in over:
            self._demand.learn_one(hour, shop)
            self._ledger.waiting += 1
        return self._publish_when_due((over[-1][0] + 1) * HOUR, offset) if over and self._demand.ready else []

    def _publish_when_due(self, at: int, offset: int) -> list[Output]:
        ledger, settings = self._ledger, self._settings
        if not ledger.is_due(settings.forecast_every, settings.pause, at):
            return []
        snapshot = self._demand.snapshot(ledger.next_version(NAME), at)
        ledger.note_published(at, NAME)
        return publish(snapshot, Origin(HOURLY_COUNTS, 0, offset), at)
