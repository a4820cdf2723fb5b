"""What a decide partition knows besides its users: clock, origins, watermarks, campaigns, models, counters."""

from hashlib import blake2b
from math import exp, log
from struct import pack

import msgspec

from schemas.campaigns import Campaign, ContactPolicy
from schemas.codec import encode_msgpack
from schemas.origins import Origin
from schemas.topics import CLOSED_DECISIONS, EVENT_SOURCES, FRAUD_SAMPLES
from streams.folding import Refusal

VERSION = 1
"""Of the encoded state; a state of a newer version is refused."""

CONTROLLED = {"campaigns": "operator", "response_models": CLOSED_DECISIONS, "fraud_model": FRAUD_SAMPLES}
"""What ``control`` governs: the source of the records there that change it."""


class FoldSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the decide fold is told. Money in minor units, times in ms, shares in [0, 1].

    ``rho_start`` and ``rho_floor`` are the allowed predicted loss of exploring per decision, as shares of the average
    order's margin; ``rho_decisions`` is t₀ (PROOF rule 12). ``order_amount`` stands in until orders with prices came.
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
    idle_after: int = 180 * 86_400_000
    timers_per_record: int = 500
    poison_most: int = 100
    poison_span: int = 10_000


def numerics() -> str:
    """A fingerprint of this machine's exp, log and pow: replay promises the same bytes only where it is the same."""
    points = [0.001 * 1.37**k for k in range(32)]
    values = [f(x) for x in points for f in (lambda v: exp(-v), log, lambda v: float(2.0 ** (-v)))]
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
    """The head of a partition: everything that is not a user. Part of every checkpoint."""

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
    poisoned: list[int] = []
    counters: dict[str, int] = {}

    def is_new(self, origin: Origin) -> bool:
        """Whether this record is newer than all of its source partition; remembers it if so."""
        seen = self.origins.setdefault(origin.source, {})
        position = (origin.offset, origin.n)
        if position <= seen.get(origin.partition, (-1, -1)):
            return False
        seen[origin.partition] = position
        return True

    def count(self, name: str, amount: int = 1) -> None:
        """Add to a counter, named as in ``Fold.counters``."""
        self.counters[name] = self.counters.get(name, 0) + amount

    def config_versions(self) -> dict[str, int]:
        """What is in force, by kind: the offset of its record's origin on ``control``, the same in every partition.

        Time in ms for campaigns, 0 for what was never set.
        """
        return {kind: self.origins.get(source, {}).get(0, (0, 0))[0] for kind, source in CONTROLLED.items()}

    def raise_watermark(self, source: str, reached: dict[int, int], partitions: int) -> None:
        """Merge a watermark by maximum; nothing can have been read of a time that has not come."""
        mark = self.watermarks.setdefault(source, Watermark({}, partitions))
        mark.partitions = partitions
        for partition, time in reached.items():
            mark.reached[partition] = max(mark.reached.get(partition, 0), min(time, self.now))

    def read_until(self) -> int:
        """Until when (ms) every event source has been read: the least watermark; 0 if one is unknown."""
        times = [self.watermarks[source] for source in EVENT_SOURCES if source in self.watermarks]
        if len(times) < len(EVENT_SOURCES) or any(len(mark.reached) < mark.partitions for mark in times):
            return 0
        return min(min(mark.reached.values()) for mark in times)

    def mean_order(self, fallback: int) -> float:
        """Mean amount of the orders seen on this partition, in minor units."""
        return self.order_amounts / self.orders if self.orders else float(fallback)

    def encoded(self) -> bytes:
        """The head's bytes."""
        return encode_msgpack(self)


def decoded(head: bytes) -> PartitionState:
    """A head from its bytes.

    Raises:
        Refusal: it is of a newer version or of a machine with other arithmetic.

    """
    version = msgspec.msgpack.decode(head)[0]
    if version > VERSION:
        raise Refusal(
            f"the checkpoint has state version {version}, this program knows up to {VERSION}",
            "run the newer program, or delete the checkpoint to fold the log from its beginning",
        )
    state = msgspec.msgpack.decode(head, type=PartitionState)
    if state.numerics != numerics():
        raise Refusal(
            "the checkpoint was written on a machine whose exp, log or pow differ",
            "use machines of one kind, or delete the checkpoint to fold the log from its beginning",
        )
    return state
