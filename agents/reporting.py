"""What a worker sets as gauges once a second."""

from collections.abc import Iterator

from agents.app import ROLES, Application
from agents.gauges import Reading, readings
from agents.partitions import FoldedPartitions
from agents.runtime.partition import Partition, wall_ms
from agents.transport.batches import Place


class Report:
    """Sets the gauges of one application; remembers what it has set, to drop what has left."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._checkpoints: dict[str, int] = {}
        self._told: set[tuple[str, ...]] = set()

    def update(self) -> None:
        """Set everything anew; of what several partitions know under one name, the highest."""
        found: dict[tuple[str, ...], float] = {}
        for name, value, labels in self._read():
            found[name, *labels] = max(value, found.get((name, *labels), value))
        exporter = self._app.exporter
        for (name, *texts), value in found.items():
            exporter.set(name, value, *texts)
        for name, *texts in self._told - found.keys():
            exporter.forget(name, *texts)
        self._told = set(found)

    def _read(self) -> Iterator[Reading]:
        for place, lag in self._app.port.reader.lag().items():
            yield from self._lag(place, lag)
        owner = self._app.owner
        if isinstance(owner, FoldedPartitions):
            for place, partition in owner.by_place.items():
                label, now = self._label(place), wall_ms()
                yield from self._checkpoint(label, partition, now)
                yield from readings(partition.fold, label, owner.times.get(place, 0), now)

    def _lag(self, place: Place, records: int) -> Iterator[Reading]:
        owner, labels = self._app.owner, (self._app.role, self._label(place))
        pending, at = 0, 0
        if isinstance(owner, FoldedPartitions) and place in owner.by_place:
            pending, at = owner.by_place[place].pending, owner.times.get(place, 0)
        behind = records + pending
        yield Reading("lag_records", behind, labels)
        yield Reading("oldest_record_age_seconds", max(0, wall_ms() - at) / 1000 if behind and at else 0.0, labels)

    def _checkpoint(self, label: str, partition: Partition, now: int) -> Iterator[Reading]:
        tally = partition.tally
        if tally.checkpoints != self._checkpoints.get(label, 0):
            self._checkpoints[label] = tally.checkpoints
            if tally.checkpoints:
                self._app.exporter.observe("checkpoint_duration_seconds", tally.checkpoint_seconds)
        yield Reading("checkpoint_age_seconds", partition.checkpoint_age(now), (label,))
        yield Reading("recovery_remaining_records", partition.recovery_remaining, (label,))

    def _label(self, place: Place) -> str:
        """The partition's number, with its topic where a role reads several."""
        if len(ROLES[self._app.role]) == 1:
            return str(place.partition)
        return f"{place.topic.removeprefix(self._app.settings.topic_prefix)}/{place.partition}"
