"""What stands in ``user-log``: events, outcomes and control, each with its origin. msgpack, positional."""

import msgspec

from schemas.campaigns import Campaign, ContactPolicy
from schemas.fraud import EntityKind
from schemas.histories import History
from schemas.origins import Origin


class _Body(msgspec.Struct, frozen=True, array_like=True, tag_field="tag"):
    """A record's content; the tag is the array's first element."""


class LogOpened(_Body, frozen=True, tag="open"):
    """The first record of a partition: fixes epoch, clock (``arrival`` or ``source``), size and token key for good.

    ``control`` keeps it too, for when retention has removed it from the log; it is not copied from there.
    """

    epoch: str
    clock: str
    partitions: int
    token_key: str


class InputsBound(_Body, frozen=True, tag="s"):
    """The ids of the input topics that feed the log, by name, oldest first; stands on ``control`` only.

    A topic that was deleted and made again has another id, and its offsets begin anew: once that is accepted, its
    records come from the source ``<topic>@2``, then ``@3``.
    """

    ids: dict[str, tuple[str, ...]]

    def source(self, topic: str) -> str:
        """The name in origins of what is read from the topic's newest id."""
        made = len(self.ids.get(topic, ()))
        return topic if made <= 1 else f"{topic}@{made}"


class LineTaken(msgspec.Struct, frozen=True, array_like=True):
    """A cleaned order line; ``price`` in minor units per piece, -1 where unknown."""

    item: str
    category: str
    quantity: int
    price: int


class EventTaken(_Body, frozen=True, tag="e"):
    """A validated, cleaned event. Texts are empty and ``price`` (minor units) is -1 where the event had none.

    ``repaired`` lists the fields that cleaning changed; ``amount`` is the order's sum in minor units, -1 if unknown.
    ``referrer`` is the token of who gave what is redeemed.
    A ``redriven`` one comes from a dead letter: it changes what is known and opens no decision point.
    """

    event_id: str
    type: str
    occurred_at: int
    session: str
    item: str
    category: str
    quantity: int
    price: int
    currency: str
    device: str
    address: str
    order: str
    lines: tuple[LineTaken, ...]
    amount: int
    coupon: str
    source: str
    stable: bool
    repaired: tuple[str, ...] = ()
    redriven: bool = False
    brand: str = ""
    payment: str = ""
    referrer: str = ""


class OutcomeTaken(_Body, frozen=True, tag="o"):
    """A validated outcome of a trigger; ``cost`` in minor units, -1 where not reported."""

    outcome_id: str
    trigger_id: str
    status: str
    occurred_at: int
    reason: str
    retryable: bool
    cost: int


class ConsentChanged(_Body, frozen=True, tag="c"):
    """Channels the customer now allows (True) or forbids (False)."""

    request_id: str
    occurred_at: int
    channels: dict[str, bool]


class ErasureRequested(_Body, frozen=True, tag="x"):
    """The customer's profile is to be removed."""

    request_id: str
    occurred_at: int


class AttributesTold(_Body, frozen=True, tag="a"):
    """What the platform tells of a customer; None: says nothing, empty: takes it back. ``birthday`` is MM-DD."""

    message_id: str
    occurred_at: int
    birthday: str | None = None
    locale: str | None = None
    zone: str | None = None
    tier: str | None = None
    region: str | None = None
    channels: tuple[str, ...] | None = None


class ItemTold(_Body, frozen=True, tag="g"):
    """What the platform tells of an item; stands in every partition. None: says nothing.

    Of a ``whole`` item that means that it is not known. Money in minor units per piece; ``stock`` is pieces on hand,
    0 for out, 10⁹ for in stock and not counted.
    """

    item: str
    occurred_at: int
    whole: bool
    category: str | None = None
    brand: str | None = None
    price: int | None = None
    cost: int | None = None
    stock: int | None = None


class IdentityLinked(_Body, frozen=True, tag="i"):
    """The anonymous visitor whose record this is turned out to be ``customer`` (a token)."""

    message_id: str
    occurred_at: int
    customer: str


class HistoryHanded(_Body, frozen=True, tag="h"):
    """What a visitor's events told, for the customer whose record this is; means something in one ``epoch`` only.

    ``linked_at`` (ms): when the platform linked them.
    """

    epoch: str
    history: History
    linked_at: int = 0


class WatermarkReached(_Body, frozen=True, tag="w"):
    """How far ``intake`` has read one source: arrival times in ms per partition, of ``partitions`` in all."""

    source: str
    reached: dict[int, int]
    partitions: int


class Ticked(_Body, frozen=True, tag="t"):
    """Time passed on an idle partition."""


class CampaignsActivated(_Body, frozen=True, tag="k"):
    """The whole set of campaigns and contact policies that holds from here on."""

    campaigns: tuple[Campaign, ...]
    policies: tuple[ContactPolicy, ...]
    by: str
    reason: str


class ModelActivated(_Body, frozen=True, tag="m"):
    """From here on model ``name`` scores with ``version``; ``sha256`` must match the snapshot on ``models``."""

    name: str
    version: int
    sha256: str


class RingFound(_Body, frozen=True, tag="r"):
    """``members`` belong to a ring: ``accounts`` accounts that seem to be one person's with probability ``score``.

    ``shared`` says, by kind of entity, how many of them use the one that most of them use. Only members of whom
    something else holds from here on are named; a ``score`` of 0 takes back what was said of them.
    """

    ring: str
    version: int
    score: float
    accounts: int
    shared: dict[EntityKind, int]
    members: tuple[str, ...]


Body = (
    LogOpened
    | InputsBound
    | EventTaken
    | OutcomeTaken
    | ConsentChanged
    | ErasureRequested
    | AttributesTold
    | ItemTold
    | IdentityLinked
    | HistoryHanded
    | WatermarkReached
    | Ticked
    | CampaignsActivated
    | ModelActivated
    | RingFound
)


class Record(msgspec.Struct, frozen=True, array_like=True):
    """One record of a log. ``user`` is the token, empty for control; ``written_at`` is the writer's time in ms.

    On a log with clock ``source``, ``written_at`` is the event time.
    """

    origin: Origin
    written_at: int
    user: str
    body: Body
