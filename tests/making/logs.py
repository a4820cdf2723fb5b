"""Logs to fold: seeded streams of events with outcomes for the triggers that the fold itself writes."""

from random import Random

from schemas.campaigns import Campaign, Condition, ContactPolicy, Content, Experiment, Offer, RateLimit, When
from schemas.codec import decode_json, encode_msgpack
from schemas.origins import Origin
from schemas.records import (
    AttributesTold,
    Body,
    CampaignsActivated,
    ConsentChanged,
    ErasureRequested,
    EventTaken,
    LineTaken,
    LogOpened,
    OutcomeTaken,
    Record,
    WatermarkReached,
)
from schemas.topics import EVENT_SOURCES, TRIGGERS
from schemas.triggers import Trigger
from streams.fold import DecideFold
from streams.folding import LogRecord, Output
from streams.models.store import ModelStore
from streams.state import FoldSettings

START = 1_790_000_000_000
MINUTE = 60_000
SETTINGS = FoldSettings(coupon_key=bytes(32), global_holdout=0.1)
TYPES = ("view", "view", "view", "click", "favourite", "add_to_cart", "add_to_cart", "purchase", "refund")


def campaign(name: str, when: When, *, per_user: RateLimit | None, state: str = "live") -> Campaign:
    """A small campaign with two offers on two channels."""
    return Campaign(
        name=name,
        version=1,
        kind="cart_abandonment" if when.wait else "browse_interest",
        owner="crm",
        state=state,  # type: ignore[arg-type] # one of the states
        currency="CNY",
        starts_at=0,
        ends_at=2**45,
        when=when,
        who=Condition(feature="cart.items", op=">=", value=1.0) if when.wait else None,
        offers=(Offer(id="remind", kind="reminder"), Offer(id="off10", kind="amount", value=1000, min_spend=5000)),
        channels=("push", "sms"),
        per_user=per_user,
        contact_policy="default",
        max_fraud_risk=0.9,
        experiment=Experiment(holdout=0.2, metric="incremental_margin", window=120 * MINUTE),
        content=Content(template="t", expires_after=60 * MINUTE, fallback_locale="en", locales={}),
        margin_rate=0.3,
    )


CART = campaign(
    "cart-rescue",
    When(event="add_to_cart", wait=30 * MINUTE, unless=("purchase",)),
    per_user=RateLimit(1, 1440 * MINUTE),
)
BROWSE = campaign(
    "browse-interest",
    When(event="view", where=Condition(feature="session.category_views", op="==", value=3.0)),
    per_user=RateLimit(2, 1440 * MINUTE),
)
POLICIES = (ContactPolicy(name="default", limits=(RateLimit(2, 1440 * MINUTE), RateLimit(4, 10_080 * MINUTE))),)


def opening(epoch: str = "e1", clock: str = "source") -> Record:
    """The first record of a log."""
    return Record(Origin("log", 0, 0), START, "", LogOpened(epoch, clock, 1, "k"))


def activation(*campaigns: Campaign) -> Record:
    """The campaigns in force."""
    body = CampaignsActivated(campaigns or (CART, BROWSE), POLICIES, by="test", reason="test")
    return Record(Origin("operator", 0, 1), START, "", body)


def event(random: Random, number: int, at: int) -> EventTaken:
    """A random event of a small shop."""
    kind = random.choice(TYPES)
    item, category = f"i{random.randrange(6)}", f"c{random.randrange(2)}"
    price = random.choice((-1, 900, 7900, 19_900))
    buys = kind in ("purchase", "refund")
    return EventTaken(
        event_id=f"ev{number - (number % 17 == 0)}",
        type=kind,
        occurred_at=at - random.choice((0, 0, 0, 1000, 3_600_000)),
        session="",
        item=item,
        category=category,
        quantity=random.randrange(1, 3),
        price=price,
        currency="CNY",
        device=f"d{random.randrange(3)}",
        address="",
        order=f"o{number}" if buys else "",
        lines=(LineTaken(item, category, 1, price),) if buys else (),
        amount=price if buys else -1,
        coupon="",
        source="app",
        stable=random.random() < 0.9,
    )


class LogMaker:
    """Makes a log record by record and folds it along, so that outcomes and coupons can answer its triggers."""

    def __init__(self, seed: int, settings: FoldSettings = SETTINGS, models: ModelStore | None = None) -> None:
        self.random = Random(seed)
        self.fold = DecideFold(0, settings, models or ModelStore())
        self.records: list[LogRecord] = []
        self.outputs: list[Output] = []
        self._sent: list[Trigger] = []
        self._at = START

    def add(self, record: Record) -> None:
        """Append a record and fold it."""
        log = LogRecord(len(self.records), record.written_at, record.user.encode(), encode_msgpack(record))
        self.records.append(log)
        before = len(self.outputs)
        self.fold.fold((log,), self.outputs)
        new = [decode_json(o.value, Trigger) for o in self.outputs[before:] if o.topic == TRIGGERS]
        self._sent += [trigger for trigger in new if trigger.kind == "send"]

    def user_record(self, body: Body, source: str) -> None:
        """Append a user's record from a source; the log's offset stands for the source's."""
        user = f"u{self.random.randrange(12)}"
        self.add(Record(Origin(source, 0, len(self.records)), self._at, user, body))

    def step(self) -> None:
        """One more record of some kind, a little later."""
        random, number = self.random, len(self.records)
        self._at += random.choice((0, 500, 20_000, 20_000, 400_000))
        kind = random.random()
        if kind < 0.70:
            self.user_record(event(random, number, self._at), "clicks")
        elif kind < 0.80:
            self.watermark()
        elif kind < 0.88:
            channels = {random.choice(("push", "sms")): random.random() < 0.9}
            self.user_record(ConsentChanged(f"r{number}", self._at, channels), "privacy-requests")
        elif kind < 0.885:
            self.user_record(ErasureRequested(f"r{number}", self._at), "privacy-requests")
        elif kind < 0.895:
            told = AttributesTold(f"a{number}", self._at, tier=random.choice(("gold", "")), birthday="03-14")
            self.user_record(told, "customers")
        elif kind < 0.92 and number > 5:
            self.repeat(random.randrange(2, number))
        elif self._sent:
            self.outcome(random.choice(self._sent), number)

    def outcome(self, trigger: Trigger, number: int) -> None:
        """What became of a trigger."""
        status = self.random.choice(("accepted", "delivered", "clicked", "failed", "unsubscribed"))
        body = OutcomeTaken(f"x{number}", trigger.trigger_id, status, self._at, "", retryable=False, cost=3)
        self.add(Record(Origin("trigger-outcomes", 0, number), self._at, trigger.user, body))

    def watermark(self) -> None:
        """Every source has been read up to now."""
        for source in EVENT_SOURCES:
            origin = Origin(f"watermark/{source}", 0, self._at)
            self.add(Record(origin, self._at, "", WatermarkReached(source, {0: self._at}, 1)))

    def repeat(self, offset: int) -> None:
        """An old record once more, as intake repeats it after a crash."""
        old = self.records[offset]
        self.records.append(LogRecord(len(self.records), self._at, old.key, old.value))
        self.fold.fold(self.records[-1:], self.outputs)


def make_log(seed: int, length: int = 300, settings: FoldSettings = SETTINGS) -> LogMaker:
    """A log of about ``length`` records with everything in it but models, folded once."""
    maker = LogMaker(seed, settings)
    maker.add(opening())
    maker.add(activation())
    while len(maker.records) < length:
        maker.step()
    return maker
