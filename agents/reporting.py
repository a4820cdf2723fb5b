"""What a worker sets as gauges once a second."""

from agents.app import Application
from agents.metrics import Exporter
from agents.partitions import FoldedPartitions
from agents.runtime.partition import Partition, wall_ms
from agents.transport.batches import Place
from streams.fold import DecideFold


class Report:
    """Sets the gauges of one application; remembers what it has set, to drop what has left."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._checkpoints: dict[str, int] = {}
        self._labels: set[tuple[str, ...]] = set()

    def update(self) -> None:
        """Set everything anew."""
        seen: set[tuple[str, ...]] = set()
        for place, lag in self._app.port.reader.lag().items():
            seen |= self._lag(place, lag)
        if isinstance(self._app.owner, FoldedPartitions):
            for place, partition in self._app.owner.by_place.items():
                seen |= self._partition(self._label(place), partition, self._app.owner.times.get(place, 0))
        for name, *labels in self._labels - seen:
            self._app.exporter.forget(name, *labels)
        self._labels = seen

    def _lag(self, place: Place, records: int) -> set[tuple[str, ...]]:
        owner, label = self._app.owner, self._label(place)
        pending, at = 0, 0
        if isinstance(owner, FoldedPartitions) and place in owner.by_place:
            pending, at = owner.by_place[place].pending, owner.times.get(place, 0)
        behind = records + pending
        age = max(0, wall_ms() - at) / 1000 if behind and at else 0.0
        return {
            self._set("lag_records", behind, self._app.role, label),
            self._set("oldest_record_age_seconds", age, self._app.role, label),
        }

    def _partition(self, label: str, partition: Partition, appended: int) -> set[tuple[str, ...]]:
        tally = partition.tally
        if tally.checkpoints != self._checkpoints.get(label, 0):
            self._checkpoints[label] = tally.checkpoints
            if tally.checkpoints:
                self._exporter.observe("checkpoint_duration_seconds", tally.checkpoint_seconds)
        done = {
            self._set("checkpoint_age_seconds", partition.checkpoint_age(wall_ms()), label),
            self._set("recovery_remaining_records", partition.recovery_remaining, label),
        }
        fold = partition.fold
        return done | self._users(label, fold, appended) if isinstance(fold, DecideFold) else done

    def _users(self, label: str, fold: DecideFold, appended: int) -> set[tuple[str, ...]]:
        skew = (appended - fold.state.now) / 1000 if appended and fold.state.clock == "arrival" else 0.0
        return {
            self._set("state_users", len(fold.users), label),
            self._set("clock_skew_seconds", skew, label),
        }

    def _set(self, name: str, value: float, *labels: str) -> tuple[str, ...]:
        self._exporter.set(name, value, *labels)
        return (name, *labels)

    @property
    def _exporter(self) -> Exporter:
        return self._app.exporter

    def _label(self, place: Place) -> str:
        """The partition's number, with its topic where a role reads several."""
        topic = place.topic.removeprefix(self._app.settings.topic_prefix)
        return str(place.partition) if self._app.role in {"decide", "coordinate"} else f"{topic}/{place.partition}"
