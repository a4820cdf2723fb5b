"""What a decide partition knows besides its users: clock, origins, watermarks, campaigns, models, counters."""

from hashlib import blake2b
from math import exp, exp2, log
from struct import pack

import msgspec

from schemas.campaigns import Campaign, ContactPolicy
from schemas.codec import encode_msgpack
from schemas.origins import Origin
from schemas.topics import (
    CLOSED_DECISIONS,
    ENTITY_SIGHTINGS,
    EVENT_SOURCES,
    FRAUD_SAMPLES,
    HOURLY_COUNTS,
    ITEM_CHOICES,
)
from streams.catalogue import table
from streams.catalogue.item import ItemChange
from streams.demand.counting import HourCounting
from streams.folding import Refusal
from streams.profiles.erasures import Erased
from streams.profiles.prices import PriceLevel

MAX_COUNTERS = 4096
OTHERS = "other"
"""The campaign under which is counted what there is no room for: names come and go for years."""

VERSION = 7
"""Of the encoded state, users included; a state of another version is refused."""

CONTROLLED = {
    "campaigns": "operator",
    "response_models": CLOSED_DECISIONS,
    "fraud_model": FRAUD_SAMPLES,
    "rings": ENTITY_SIGHTINGS,
    "forecast_model": HOURLY_COUNTS,
    table.NAME: table.NAME,
    "recommender": ITEM_CHOICES,
}
"""What ``control`` governs: the source of the records there that change it."""


class FoldSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the decide fold is told. Money in minor units, times in ms, shares in [0, 1].

    ``rho_start`` and ``rho_floor`` are the allowed predicted loss of exploring per decision, as shares of the average
    order's margin; ``rho_decisions`` is t₀ (PROOF rule 12). ``order_amount`` stands in until orders with prices came.
    ``pass_share`` of what only the fraud gate refuses passes, with offers that take at most ``pass_discount`` off.
    """

    coupon_key: bytes
    global_holdout: float = 0.05
    alert_risk: float = 0.8
    alert_pause: int = 86_400_000
    message_costs: dict[str, int] = msgspec.field(default_factory=lambda: {"push": 1, "sms": 5, "email": 1})
    base_rate: float = 0.03
    order_amount: int = 10_000
    exploration: float = 0.1
    none_floor: float = 0.05
    rho_start: float = 0.02
    rho_floor: float = 0.002
    rho_decisions: int = 1000
    pass_share: float = 0.03
    pass_discount: int = 1000
    idle_after: int = 180 * 86_400_000
    timers_per_record: int = 500
    poison_most: int = 100
    poison_span: int = 10_000


def numerics() -> str:
    """A fingerprint of this machine's exp, log and pow: replay promises the same bytes only where it is the same."""
    points = [0.001 * 1.37**k for k in range(32)]
    values = [f(x) for x in points for f in (lambda v: exp(-v), log, lambda v: exp2(-v), lambda v: float(0.7**v))]
    return blake2b(pack(f"<{len(values)}d", *values), digest_size=8).hexdigest()


class ActiveModel(msgspec.Struct, array_like=True, frozen=True):
    """The version of a model that scores."""

    version: int
    sha256: str


class Watermark(msgspec.Struct, array_like=True):
    """How far a source has been read: ms per partition, of ``partitions`` in all."""

    reached: dict[int, int]
    partitions: int


class PartitionState(msgspec.Struct, array_like=True):
    """The head of a partition: everything that is not a user. Part of every checkpoint.

    ``items`` is what was told of the catalogue's items since the snapshot in force, ``items_at`` the shop's own time
    (ms) of the newest word on them, 0 before any.
    """

    version: int = VERSION
    numerics: str = ""
    applied: int = -1
    now: int = 0
    epoch: str = ""
    clock: str = ""
    partitions: int = 0
    origins: dict[str, dict[int, tuple[int, int]]] = {}
    watermarks: dict[str, Watermark] = {}
    campaigns: tuple[Campaign, ...] = ()
    policies: tuple[ContactPolicy, ...] = ()
    models: dict[str, ActiveModel] = {}
    orders: int = 0
    order_amounts: int = 0
    prices: dict[int, PriceLevel] = {}
    poisoned: list[int] = []
    counters: dict[str, int] = {}
    erased: Erased = {}
    items: dict[int, ItemChange] = {}
    items_at: int = 0
    choices_minute: int = 0
    choices_told: int = 0
    hour: HourCounting = msgspec.field(default_factory=HourCounting)

    def would_be_new(self, origin: Origin) -> bool:
        """Whether this record is newer than all of its source partition."""
        return (origin.offset, origin.n) > self.origins.get(origin.source, {}).get(origin.partition, (-1, -1))

    def is_new(self, origin: Origin) -> bool:
        """Whether this record is newer than all of its source partition; remembers it if so."""
        seen = self.origins.get(origin.source)
        if seen is None:
            seen = self.origins[origin.source] = {}
        position = (origin.offset, origin.n)
        if position <= seen.get(origin.partition, (-1, -1)):
            return False
        seen[origin.partition] = position
        return True

    def count(self, name: str, amount: int = 1) -> None:
        """Add to a counter, named as in ``Fold.counters``."""
        if name not in self.counters and len(self.counters) >= MAX_COUNTERS:
            name = _of_others(name)
        self.counters[name] = self.counters.get(name, 0) + amount

    def config_versions(self) -> dict[str, int]:
        """What is in force, by kind: the offset of its record's origin on ``control``, the same in every partition.

        Time in ms for campaigns, 0 for what was never set.
        """
        return {kind: self.origins.get(source, {}).get(0, (0, 0))[0] for kind, source in CONTROLLED.items()}

    def raise_watermark(self, source: str, reached: dict[int, int], partitions: int) -> None:
        """Merge a watermark by maximum; nothing can have been read of a time that has not come."""
        mark = self.watermarks.get(source)
        if mark is None:
            mark = self.watermarks[source] = Watermark({}, partitions)
        mark.partitions = partitions
        for partition, time in reached.items():
            mark.reached[partition] = max(mark.reached.get(partition, 0), min(time, self.now))

    def read_until(self) -> int:
        """Until when (ms) every event source has been read: the least watermark, never after now; 0 if unknown."""
        until = self.now
        for source in EVENT_SOURCES:
            mark = self.watermarks.get(source)
            if mark is None or len(mark.reached) < mark.partitions:
                return 0
            until = min(until, *mark.reached.values())
        return until

    def mean_order(self, fallback: int) -> float:
        """Mean amount of the orders seen on this partition, in minor units."""
        return self.order_amounts / self.orders if self.orders else float(fallback)

    def encoded(self) -> bytes:
        """The head's bytes."""
        return encode_msgpack(self)


def _of_others(name: str) -> str:
    """The counter with its first label, the campaign, replaced; one without labels as it is."""
    kind, *labels = name.split("|")
    return "|".join((kind, OTHERS, *labels[1:])) if labels else name


def decoded(head: bytes) -> PartitionState:
    """A head from its bytes.

    Raises:
        Refusal: it is of another version or of a machine with other arithmetic.

    """
    version = msgspec.msgpack.decode(head)[0]
    if version != VERSION:
        raise Refusal(
            f"the checkpoint has state version {version}, this program reads {VERSION}",
            "run the program that wrote it, or fold the log anew: `promostream checkpoints delete --role decide`",
        )
    state = msgspec.msgpack.decode(head, type=PartitionState)
    if state.numerics != numerics():
        raise Refusal(
            "the checkpoint was written on a machine whose exp, log or pow differ",
            "use machines of one kind, or fold the log anew: `promostream checkpoints delete --role decide`",
        )
    return state
