"""Composition root: everything of a role is put together here, and nothing is built at import."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from typing import NamedTuple, Protocol

import msgspec

from agents import clients, coordinate, decide, intake, learn
from agents.deliveries import Deliveries
from agents.errors import INTERNAL
from agents.fitting import Fitter
from agents.input_topics import ADOPT, INPUTS, require_inputs
from agents.inputs import InputPartitions
from agents.latency import TimedWire
from agents.leaving import end
from agents.log_opening import require_opening
from agents.metrics import Counters, Exporter
from agents.partitions import FoldedPartitions
from agents.runtime.models import ModelReader
from agents.runtime.outputs import Outputs, output_producer
from agents.runtime.partition import Partition, wall_ms
from agents.runtime.storage import KafkaStorage, Storage
from agents.runtime.told import described
from agents.runtime.wires import Wire
from agents.settings import Settings
from agents.topic_ids import TopicIds
from agents.transport.application import BatchApp, batch_app
from agents.transport.batches import Batch, Place
from agents.transport.ends import Ends
from agents.transport.lease import Lease
from agents.transport.messages import log_records, source_records
from agents.transport.port import Port
from agents.transport.reader import Reader
from schemas.topics import EVENT_SOURCES, TRIGGERS
from streams.folding import Fold
from streams.models.store import ModelStore

ROLES: dict[str, tuple[str, ...]] = {
    "intake": intake.TOPICS,
    "decide": decide.TOPICS,
    "learn": learn.TOPICS,
    "coordinate": coordinate.TOPICS,
}
"""Each role with the topics that it reads."""

TOLD: dict[str, Callable[[Settings], msgspec.Struct]] = {"decide": decide.told, "learn": learn.told}
"""Which settings a role's outputs depend on."""

MADE_AGAIN = {"intake": ADOPT}
"""What to do about a topic that was made again; partitions of a log say it themselves."""

ENDS_INTERVAL_MS = 1000
ANSWER_SECONDS = 10.0


class RoleOwner(Protocol):
    """What the worker asks of a role, besides ``transport.Owner``."""

    async def open(self, place: Place, generation: int) -> int | None:
        """See ``transport.Owner``."""

    async def suspend(self) -> None:
        """See ``transport.Owner``."""

    async def keep(self, places: set[Place], generation: int) -> None:
        """See ``transport.Owner``."""

    async def fold(self, batch: Batch) -> None:
        """Fold a batch; never raises."""

    async def step(self) -> float:
        """A little of what else is to do; the seconds until the next step."""

    async def close(self, *, checkpoint: bool, seconds: float) -> None:
        """The end of this process; what is folded is made durable if ``checkpoint``."""

    def counters(self) -> list[Counters]:
        """Totals for metrics."""

    def problems(self) -> list[str]:
        """Why this process is not ready, one line each."""


class Beside(Protocol):
    """What runs in a role's process beside its folds, from before the first partition opens until after the last."""

    async def start(self) -> None:
        """Begin; returns when partitions may open."""

    async def stop(self) -> None:
        """End."""


class Ports(NamedTuple):
    """What a role writes through: its producer of outputs, and the checkpoints of each of its partitions."""

    wire: Callable[[Settings], Wire] = output_producer
    storage: Callable[..., Storage] = KafkaStorage


KAFKA = Ports()


@dataclass(frozen=True)
class Application:
    """One role, put together."""

    role: str
    settings: Settings
    faust: BatchApp
    port: Port
    owner: RoleOwner
    exporter: Exporter
    beside: Beside | None


def create_app(settings: Settings, role: str, ports: Ports = KAFKA) -> Application:
    """The Faust app of a role with all that it needs; belongs to the running event loop.

    Raises:
        WrongUse: a key is missing or malformed.
        Refused: the log was opened otherwise than the settings say.
        BrokerNotReady: the broker does not answer.

    """
    lease = Lease(settings.session_timeout, settings.lease_margin, time.monotonic)
    port = Port(settings, lease, _reader(settings, role))
    feeding = INPUTS if role == "intake" else ROLES[role]
    port.topic_ids = {settings.topic(name): one for name, one in TopicIds(settings).of(feeding).items()}
    app = batch_app(settings, role, port)
    exporter = Exporter(version("promostream"))
    build = {"intake": _intake, "decide": _decide, "learn": _learn, "coordinate": _coordinate}[role]
    owner, beside = build(settings, port, app, exporter, ports)
    port.owner = owner
    exporter.read_from(owner.counters)
    return Application(role, settings, app, port, owner, exporter, beside)


Built = tuple[RoleOwner, Beside | None]


def _intake(settings: Settings, port: Port, app: BatchApp, exporter: Exporter, ports: Ports) -> Built:
    fold = intake.fold_of(settings, require_opening(settings), require_inputs(settings))
    wire = ports.wire(settings)
    deliveries = Deliveries(settings, wire, port.fail, lease=port.lease.may_act, at_once=_ending("intake"))
    owner = InputPartitions(port, fold, deliveries, exporter, _totals(settings))
    intake.add_agent(app, owner)
    return owner, None


def _decide(settings: Settings, port: Port, app: BatchApp, exporter: Exporter, ports: Ports) -> Built:
    store = ModelStore()
    owner = _partitions(
        settings,
        "decide",
        port,
        exporter,
        ports,
        lambda t, p: decide.fold_of(settings, store, t, p),
        lambda: store.grown,
    )
    decide.add_agent(app, owner)
    return owner, ModelReader(settings, store, port.fail)


def _learn(settings: Settings, port: Port, app: BatchApp, exporter: Exporter, ports: Ports) -> Built:
    fitter = Fitter(port.fail)
    owner = _partitions(
        settings,
        "learn",
        port,
        exporter,
        ports,
        lambda t, p: learn.fold_of(settings, t, p, fitter.fit),
        lambda: fitter.grown,
    )
    learn.add_agent(app, owner)
    return owner, learn.Beside(settings, fitter, owner)


def _coordinate(settings: Settings, port: Port, app: BatchApp, exporter: Exporter, ports: Ports) -> Built:
    owner = _partitions(settings, "coordinate", port, exporter, ports, coordinate.fold_of)
    coordinate.add_agent(app, owner)
    return owner, None


def _partitions(
    settings: Settings,
    role: str,
    port: Port,
    exporter: Exporter,
    ports: Ports,
    fold_of: Callable[[str, int], Fold],
    grown: Callable[[], int] = lambda: 0,
) -> FoldedPartitions:
    wire = TimedWire(ports.wire(settings), settings.topic(TRIGGERS), exporter)
    outputs = Outputs(settings, port.fail, wire, lease=port.lease.may_act, at_once=_ending(role))
    told = described(TOLD[role](settings)) if role in TOLD else {}
    # a thread for each partition's blocking calls: one that waits for a slow commit holds up no other
    threads = ThreadPoolExecutor(max(settings.partitions, len(ROLES[role])), role)

    def make(topic: str, number: int, may_act: Callable[[], bool]) -> Partition:
        return Partition(
            role,
            topic,
            number,
            fold_of(topic, number),
            settings,
            outputs,
            may_act=may_act,
            grown=grown,
            told=told,
            storage=ports.storage(settings, role, topic, number, may_act=may_act),
            executor=threads,
        )

    def arrived(at: int) -> None:
        wire.arrived = at

    return FoldedPartitions(role, port, exporter, make, arrived)


def _ending(role: str) -> Callable[[str], None]:
    return lambda reason: end(f"{role}: {reason}; the next start goes on from what is durable", INTERNAL)


def _reader(settings: Settings, role: str) -> Reader:
    # a log that was cut under a fold is refused; an input topic goes on with what is left of it
    reset = "earliest" if role == "intake" else "error"
    return Reader(
        lambda: clients.consumer(settings, auto_offset_reset=reset),
        Ends(lambda: clients.admin_client(settings), ENDS_INTERVAL_MS, wall_ms),
        settings.poll_records,
        settings.fetch_pace_ms / 1000,
        source_records if role == "intake" else log_records,
    )


def _totals(settings: Settings) -> dict[str, int]:
    """How many partitions each event source has: the platform's topics have any count."""
    topics = clients.admin_client(settings).list_topics(timeout=ANSWER_SECONDS).topics
    return {name: len(topics[settings.topic(name)].partitions) for name in EVENT_SOURCES}
