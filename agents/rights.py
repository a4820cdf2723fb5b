"""The one table of rights: what each principal does on the broker, and nothing that it does not."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from agents.settings import Settings
from schemas.topics import (
    CATALOGUE,
    CHECKPOINTS,
    CLOSED_DECISIONS,
    CONTROL,
    COORDINATE_CHECKPOINTS,
    CUSTOMERS,
    DEAD_LETTERS,
    DECISIONS,
    ENTITY_SIGHTINGS,
    EVENT_SOURCES,
    EXPERIMENT_RESULTS,
    FRAUD_ALERTS,
    FRAUD_SAMPLES,
    HANDOVERS,
    HOURLY_COUNTS,
    INTAKE_SOURCES,
    ITEM_CHOICES,
    LEARN_CHECKPOINTS,
    MODELS,
    OUTCOMES,
    PRIVACY,
    REDRIVES,
    TOPICS,
    TRIGGERS,
    USER_LOG,
)

Operation = Literal["Read", "Write", "Create", "Describe", "DescribeConfigs"]
Kind = Literal["topic", "group", "transactional-id"]

READER = "promostream-reader"
"""The group of consumers that only ``assign``: nothing is committed, but librdkafka asks for its coordinator."""
DELIVERY_GROUP = "delivery-service"


class Right(NamedTuple):
    """One operation on one resource, whose name is without the settings' prefix.

    ``prefixed``: on every resource whose name begins so. Read and Write include Describe.
    """

    operation: Operation
    kind: Kind
    name: str
    prefixed: bool = False

    def resource(self, settings: Settings) -> str:
        """The name on the broker."""
        return settings.topic_prefix + self.name

    def words(self, settings: Settings) -> str:
        """``Write topic user-log``."""
        return f"{self.operation} {self.kind} {self.resource(settings)}{'*' if self.prefixed else ''}"


def on_topics(operation: Operation, names: Iterable[str]) -> list[Right]:
    """The same right on several topics of the table."""
    return [Right(operation, "topic", name) for name in names]


def checking(names: Iterable[str]) -> list[Right]:
    """What comparing topics with the table takes."""
    return [Right(operation, "topic", name) for name in names for operation in ("Describe", "DescribeConfigs")]


def using(reads: Iterable[str] = (), writes: Iterable[str] = ()) -> list[Right]:
    """What a process of ours needs that reads and writes these topics, and compares them with the table before."""
    reads, writes = tuple(dict.fromkeys(reads)), tuple(dict.fromkeys(writes))
    rights = on_topics("Read", reads) + on_topics("Write", writes)
    rights += on_topics("DescribeConfigs", dict.fromkeys(reads + writes))
    return rights + [Right("Describe", "group", READER)] * bool(reads)


KEPT = {"decide": CHECKPOINTS, "learn": LEARN_CHECKPOINTS, "coordinate": COORDINATE_CHECKPOINTS}
"""Where each role keeps its checkpoints: nobody can change another's."""


def _folding(role: str, reads: Iterable[str], writes: Iterable[str]) -> tuple[Right, ...]:
    """A role whose state is in checkpoints."""
    kept = KEPT[role]
    rights = using((*reads, kept), (*writes, kept, DEAD_LETTERS))
    rights.append(Right("Read", "group", f"promostream-{role}"))
    rights.append(Right("Write", "transactional-id", f"promostream-{role}-", prefixed=True))
    return tuple(rights)


OPENING = (
    *on_topics("Create", TOPICS),
    *checking(TOPICS),
    *on_topics("Read", (CONTROL, USER_LOG)),
    *on_topics("Write", (CONTROL, USER_LOG)),
    Right("Describe", "group", READER),
)
"""What ``topics create`` needs: it makes them, and writes how the log is opened."""
OUTPUTS = (TRIGGERS, DECISIONS, FRAUD_ALERTS)
"""What ``decide`` writes and, in recovery, reads again."""
INTERNAL = (CLOSED_DECISIONS, FRAUD_SAMPLES, ENTITY_SIGHTINGS, ITEM_CHOICES, HOURLY_COUNTS, HANDOVERS)
"""What ``decide`` writes for other roles: in recovery it is sent again."""
LEARNED_FROM = (CLOSED_DECISIONS, FRAUD_SAMPLES, ITEM_CHOICES, HOURLY_COUNTS)

RIGHTS: dict[str, tuple[Right, ...]] = {
    "intake": (
        *using((*INTAKE_SOURCES, USER_LOG), (USER_LOG, DEAD_LETTERS)),
        Right("Read", "group", "promostream-intake"),
    ),
    "decide": _folding("decide", (USER_LOG, MODELS, *OUTPUTS), (USER_LOG, *OUTPUTS, *INTERNAL)),
    "learn": (
        *_folding("learn", (*LEARNED_FROM, MODELS, CHECKPOINTS), (MODELS, CONTROL)),
        *checking([USER_LOG]),  # with the checkpoints of decide it tells which models nobody can need any more
    ),
    "coordinate": _folding("coordinate", (CLOSED_DECISIONS, ENTITY_SIGHTINGS), (EXPERIMENT_RESULTS, CONTROL)),
    "operator": (
        *OPENING,
        *on_topics(
            "Read",
            (DECISIONS, FRAUD_ALERTS, MODELS, DEAD_LETTERS, REDRIVES, *EVENT_SOURCES, PRIVACY, CUSTOMERS, CATALOGUE),
        ),
        *on_topics("Write", (DEAD_LETTERS, REDRIVES, MODELS, *EVENT_SOURCES, PRIVACY)),
        Right("Write", "transactional-id", "promostream-redrive"),
    ),
    "platform": tuple(on_topics("Write", (*EVENT_SOURCES, PRIVACY, CUSTOMERS, CATALOGUE))),
    "delivery": (
        *on_topics("Read", (TRIGGERS,)),
        *on_topics("Write", (OUTCOMES,)),
        Right("Read", "group", DELIVERY_GROUP),
    ),
}
"""Who may do what: the four roles, the operators' command line, the shop's platform, the delivery service."""

MEANINGS = {
    "intake": "worker intake: reads the platform's topics and control, writes the log",
    "decide": "worker decide: folds the log, writes decisions and triggers",
    "learn": "worker learn: reads what decide tells of decisions, risks, choices and hours, writes models",
    "coordinate": "worker coordinate: reads closed decisions and sightings, writes results, and rings on control",
    "operator": "people at the command line: topics, campaigns, catalogue, validate, publish, explain, alerts, redrive",
    "platform": "the shop: writes what customers do, their consent and attributes, its items",
    "delivery": "the service that sends: reads triggers, reports outcomes",
}


def principal(who: str) -> str:
    """The default name of a principal on the broker."""
    return f"User:promostream-{who}"


def topics_of(role: str) -> list[str]:
    """The topics of the table that a role reads or writes, in its order."""
    used = {right.name for right in RIGHTS[role] if right.kind == "topic"}
    return [name for name in TOPICS if name in used]
