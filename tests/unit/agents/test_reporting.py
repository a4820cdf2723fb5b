from types import SimpleNamespace
from typing import cast

import numpy as np

from agents.app import Application
from agents.metrics import Exporter
from agents.partitions import FoldedPartitions
from agents.reporting import Report
from agents.runtime.partition import Partition
from agents.runtime.tally import Tally
from agents.settings import Settings
from agents.transport.batches import Place
from agents.transport.port import Port
from schemas.codec import encode_msgpack
from schemas.models import ModelSnapshot
from schemas.origins import Origin
from schemas.records import LogOpened, ModelActivated, Record
from schemas.topics import CLOSED_DECISIONS
from streams.features.catalogue import RESPONSE_ROW, VERSION
from streams.fold import DecideFold
from streams.folding import LogRecord
from streams.models.snapshots import pack, seal
from streams.models.store import ModelStore
from tests.making.logs import SETTINGS

NOW = 1_793_498_400_000
ZERO, ONE = Place("x.user-log", 0), Place("x.user-log", 1)


def model(version: int, trained_until: int) -> ModelSnapshot:
    """A version of the purchase model."""
    columns = len(RESPONSE_ROW)
    arrays = {name: np.zeros(columns) for name in ("mean", "weight")} | {"deviation": np.ones(columns)}
    arrays |= {"clip": np.array([5.0]), "intercept": np.array([0.0]), "calibration": np.array([1.0, 0.0])}
    return seal(
        ModelSnapshot(
            name="purchase",
            version=version,
            algorithm="logistic",
            catalogue=VERSION,
            features=RESPONSE_ROW,
            arrays={name: pack(values) for name, values in arrays.items()},
            trained_on=1,
            trained_until=trained_until,
        )
    )


class World:
    """The report of a worker over partitions that stand still."""

    def __init__(self, role: str = "decide") -> None:
        self.exporter, self.store = Exporter("1"), ModelStore()
        self.lag: dict[Place, int] = {}
        port = SimpleNamespace(reader=SimpleNamespace(lag=lambda: self.lag), settings=Settings(topic_prefix="x."))
        self.owner = FoldedPartitions(role, cast("Port", port), self.exporter, lambda *_: cast("Partition", None))
        app = SimpleNamespace(role=role, settings=port.settings, port=port, owner=self.owner, exporter=self.exporter)
        self.report = Report(cast("Application", app))

    def own(self, place: Place, snapshot: ModelSnapshot) -> None:
        """A partition on a log of histories, with a model in force, as of ``NOW``."""
        self.store.add(snapshot)
        fold = DecideFold(place.partition, SETTINGS, self.store)
        activated = ModelActivated(snapshot.name, snapshot.version, snapshot.sha256)
        records = [
            Record(Origin("log", place.partition, 0), 0, "", LogOpened("e1", "source", 2, "k")),
            Record(Origin(CLOSED_DECISIONS, 0, snapshot.version), NOW, "", activated),
        ]
        fold.fold([LogRecord(n, NOW, b"", encode_msgpack(record)) for n, record in enumerate(records)], [])
        partition = SimpleNamespace(
            fold=fold, pending=3, tally=Tally(), checkpoint_age=lambda _: 1.5, recovery_remaining=0
        )
        self.owner.by_place[place] = cast("Partition", partition)
        self.lag[place] = 4

    def told(self) -> dict[str, float]:
        """Every gauge, after an update, by its line in the text."""
        self.report.update()
        lines = [line for line in self.exporter.render().decode().splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_of_what_several_partitions_know_the_oldest_is_told() -> None:
    """A partition that decides by an old model must not be hidden by the others."""
    world = World()
    world.own(ZERO, model(1, NOW - 90_000))
    world.own(ONE, model(2, NOW - 30_000))
    told = world.told()
    assert told['promostream_model_age_seconds{model="purchase"}'] == 90.0
    assert told['promostream_config_version{kind="response_models",partition="0"}'] == 1
    assert told['promostream_config_version{kind="response_models",partition="1"}'] == 2
    assert told['promostream_lag_records{partition="0",role="decide"}'] == 7


def test_what_has_left_is_told_no_more() -> None:
    """Its last value would alarm for ever."""
    world = World()
    world.own(ZERO, model(1, NOW))
    world.own(ONE, model(1, NOW))
    world.told()
    del world.owner.by_place[ONE], world.lag[ONE]
    left = [name for name in world.told() if 'partition="1"' in name]
    assert left == []
    assert 'promostream_state_users{partition="0"}' in world.told()


def test_partitions_of_several_topics_are_told_apart() -> None:
    """A role that reads two topics has two partitions of the same number, and each has its own lag."""
    world = World("coordinate")
    world.own(Place("x.closed-decisions", 0), model(1, NOW))
    world.own(Place("x.entity-sightings", 0), model(1, NOW))
    told = world.told()
    assert told['promostream_lag_records{partition="closed-decisions/0",role="coordinate"}'] == 7
    assert told['promostream_lag_records{partition="entity-sightings/0",role="coordinate"}'] == 7


def test_a_checkpoint_is_observed_once() -> None:
    """However often the gauges are set after it."""
    world = World()
    world.own(ZERO, model(1, NOW))
    tally = world.owner.by_place[ZERO].tally
    tally.checkpoints, tally.checkpoint_seconds = 1, 0.02
    world.told()
    assert world.told()["promostream_checkpoint_duration_seconds_count"] == 1
    tally.checkpoints = 2
    assert world.told()["promostream_checkpoint_duration_seconds_count"] == 2
