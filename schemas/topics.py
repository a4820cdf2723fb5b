"""One table of topics: creation, checks, apps, tests and docs are made from it."""

from typing import Literal, NamedTuple

import msgspec

from schemas.catalogue import CatalogueItem
from schemas.checkpoints import CheckpointEntry
from schemas.closed_decisions import ClosedDecision
from schemas.customers import Customer
from schemas.dead_letters import DeadLetter
from schemas.decisions import Decision
from schemas.events import Event
from schemas.experiments import ExperimentResult
from schemas.fraud import EntitySighting, FraudAlert, FraudSample
from schemas.hourly import HourCounts
from schemas.items import ItemsChosen
from schemas.models import ModelSnapshot
from schemas.outcomes import Outcome
from schemas.privacy import PrivacyRequest
from schemas.records import Record
from schemas.redrives import Redrive
from schemas.triggers import Trigger

DAY = 86_400_000
FOREVER = -1


class Topic(NamedTuple):
    """One topic. ``partitions`` is *log* (as many as ``user-log``) or a fixed count.

    The platform may give its own topics (``public_input``) any count; ``retention`` is in ms, -1 for ever.
    """

    name: str
    record: type[msgspec.Struct]
    key: str
    partitions: Literal["log"] | int
    cleanup: Literal["delete", "compact"]
    retention: int
    timestamps: Literal["CreateTime", "LogAppendTime"]
    encoding: Literal["json", "msgpack"]
    meaning: str
    public_input: bool = False

    @property
    def public(self) -> bool:
        """Whether other teams read or write it: then it is JSON and has a schema and golden files."""
        return self.encoding == "json"


BROWSES = "browses"
CLICKS = "clicks"
PURCHASES = "purchases"
OUTCOMES = "trigger-outcomes"
PRIVACY = "privacy-requests"
CUSTOMERS = "customers"
CATALOGUE = "catalogue"
CONTROL = "control"
HANDOVERS = "handovers"
USER_LOG = "user-log"
TRIGGERS = "promotion-triggers"
DECISIONS = "decisions"
FRAUD_ALERTS = "fraud-alerts"
CLOSED_DECISIONS = "closed-decisions"
FRAUD_SAMPLES = "fraud-samples"
ENTITY_SIGHTINGS = "entity-sightings"
ITEM_CHOICES = "item-choices"
HOURLY_COUNTS = "hourly-counts"
MODELS = "models"
EXPERIMENT_RESULTS = "experiment-results"
DEAD_LETTERS = "dead-letters"
REDRIVES = "redrives"
CHECKPOINTS = "checkpoints"
LEARN_CHECKPOINTS = "learn-checkpoints"
COORDINATE_CHECKPOINTS = "coordinate-checkpoints"

EVENT_SOURCES = (BROWSES, CLICKS, PURCHASES)
INTAKE_SOURCES = (*EVENT_SOURCES, OUTCOMES, PRIVACY, CUSTOMERS, CATALOGUE, CONTROL, REDRIVES, HANDOVERS)


TOPICS: dict[str, Topic] = {
    t.name: t
    for t in (
        Topic(BROWSES, Event, "user", 8, "delete", 7 * DAY, "CreateTime", "json", "views and searches", True),
        Topic(CLICKS, Event, "user", 8, "delete", 7 * DAY, "CreateTime", "json", "clicks, carts, reviews", True),
        Topic(PURCHASES, Event, "user", 8, "delete", 7 * DAY, "CreateTime", "json", "purchases and refunds", True),
        Topic(OUTCOMES, Outcome, "user", 8, "delete", 7 * DAY, "CreateTime", "json", "what became of triggers", True),
        Topic(PRIVACY, PrivacyRequest, "user", 8, "delete", 7 * DAY, "CreateTime", "json", "consent, erasure", True),
        Topic(CUSTOMERS, Customer, "user", 8, "delete", 7 * DAY, "CreateTime", "json", "attributes, identity", True),
        Topic(CATALOGUE, CatalogueItem, "item", 8, "delete", 7 * DAY, "CreateTime", "json", "items, stock", True),
        Topic(CONTROL, Record, "kind", 1, "delete", FOREVER, "LogAppendTime", "msgpack", "campaigns, models, opening"),
        Topic(HANDOVERS, Record, "user", 1, "delete", 14 * DAY, "CreateTime", "msgpack", "visitors' histories"),
        Topic(USER_LOG, Record, "user", "log", "delete", 14 * DAY, "LogAppendTime", "msgpack", "the ordered log"),
        Topic(TRIGGERS, Trigger, "user", "log", "delete", 7 * DAY, "CreateTime", "json", "what to send or stop"),
        Topic(DECISIONS, Decision, "user", "log", "delete", 30 * DAY, "CreateTime", "json", "what was decided, why"),
        Topic(FRAUD_ALERTS, FraudAlert, "user", "log", "delete", 30 * DAY, "CreateTime", "json", "risky customers"),
        Topic(CLOSED_DECISIONS, ClosedDecision, "user", 1, "delete", 30 * DAY, "CreateTime", "msgpack", "with outcome"),
        Topic(FRAUD_SAMPLES, FraudSample, "user", 1, "delete", 30 * DAY, "CreateTime", "msgpack", "detector input"),
        Topic(
            name=ENTITY_SIGHTINGS,
            record=EntitySighting,
            key="user",
            partitions=1,
            cleanup="delete",
            retention=30 * DAY,
            timestamps="CreateTime",
            encoding="msgpack",
            meaning="who uses what, hashed",
        ),
        Topic(ITEM_CHOICES, ItemsChosen, "item", 1, "delete", 30 * DAY, "CreateTime", "msgpack", "what was chosen"),
        Topic(
            name=HOURLY_COUNTS,
            record=HourCounts,
            key="partition",
            partitions=1,
            cleanup="delete",
            retention=30 * DAY,
            timestamps="CreateTime",
            encoding="msgpack",
            meaning="traffic and demand by hour",
        ),
        Topic(
            name=MODELS,
            record=ModelSnapshot,
            key="name@version",
            partitions=1,
            cleanup="compact",
            retention=FOREVER,
            timestamps="CreateTime",
            encoding="msgpack",
            meaning="model versions",
        ),
        Topic(
            name=EXPERIMENT_RESULTS,
            record=ExperimentResult,
            key="campaign",
            partitions=1,
            cleanup="compact",
            retention=FOREVER,
            timestamps="CreateTime",
            encoding="json",
            meaning="live results",
        ),
        Topic(
            name=DEAD_LETTERS,
            record=DeadLetter,
            key="origin",
            partitions=8,
            cleanup="delete",
            retention=14 * DAY,
            timestamps="CreateTime",
            encoding="json",
            meaning="refused messages",
        ),
        Topic(
            name=REDRIVES,
            record=Redrive,
            key="origin",
            partitions=1,
            cleanup="delete",
            retention=28 * DAY,  # outlives every dead letter: nothing is forgotten that could be redriven again
            timestamps="LogAppendTime",
            encoding="msgpack",
            meaning="dead letters taken again",
        ),
        Topic(
            name=CHECKPOINTS,
            record=CheckpointEntry,
            key="state key",
            partitions="log",
            cleanup="compact",
            retention=FOREVER,
            timestamps="CreateTime",
            encoding="msgpack",
            meaning="state cache of decide",
        ),
        Topic(
            name=LEARN_CHECKPOINTS,
            record=CheckpointEntry,
            key="state key",
            partitions=4,
            cleanup="compact",
            retention=FOREVER,
            timestamps="CreateTime",
            encoding="msgpack",
            meaning="state cache of learn",
        ),
        Topic(
            name=COORDINATE_CHECKPOINTS,
            record=CheckpointEntry,
            key="state key",
            partitions=2,
            cleanup="compact",
            retention=FOREVER,
            timestamps="CreateTime",
            encoding="msgpack",
            meaning="state cache of coordinate",
        ),
    )
}

_KEPT_APART: dict[tuple[str, str], tuple[str, int]] = {
    ("learn", CLOSED_DECISIONS): (LEARN_CHECKPOINTS, 0),
    ("learn", FRAUD_SAMPLES): (LEARN_CHECKPOINTS, 1),
    ("learn", ITEM_CHOICES): (LEARN_CHECKPOINTS, 2),
    ("learn", HOURLY_COUNTS): (LEARN_CHECKPOINTS, 3),
    ("coordinate", CLOSED_DECISIONS): (COORDINATE_CHECKPOINTS, 0),
    ("coordinate", ENTITY_SIGHTINGS): (COORDINATE_CHECKPOINTS, 1),
}


def checkpoints_of(role: str, log: str, partition: int) -> tuple[str, int]:
    """Topic and partition of a role's checkpoints of one log partition: one writer each.

    Who reads back waits for every transaction that is open in the partition, and so for nobody else's.
    """
    return _KEPT_APART.get((role, log), (CHECKPOINTS, partition))
