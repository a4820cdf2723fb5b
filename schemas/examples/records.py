"""One record of the log for each kind of body."""

from msgspec import Struct

from schemas.examples.campaigns import CART_RESCUE, DEFAULT_POLICY
from schemas.examples.story import CARTED, CUSTOMER, DECIDED, LOGISTIC_SHA256, TRIGGER_ID, VISITOR
from schemas.histories import History
from schemas.origins import Origin
from schemas.records import (
    AttributesTold,
    Body,
    CampaignsActivated,
    ConsentChanged,
    ErasureRequested,
    EventTaken,
    HistoryHanded,
    IdentityLinked,
    InputsBound,
    ItemTold,
    LineTaken,
    LogOpened,
    ModelActivated,
    OutcomeTaken,
    Record,
    RingFound,
    Ticked,
    WatermarkReached,
)

_BODIES: dict[str, tuple[Origin, str, Body]] = {
    "opened": (Origin("log", 12, 0), "", LogOpened("e7", "arrival", 64, "9f3c1b7a")),
    "inputs": (
        Origin("operator", 0, 1_793_583_000_000),
        "",
        InputsBound({"clicks": ("7mFQh2xSTGu0eYb1nT3kZA", "Qx0c2bX1SM6Wd1cV0uJ8fg")}),
    ),
    "event": (
        Origin("clicks", 3, 118_203),
        CUSTOMER,
        EventTaken(
            event_id="7f0c2a51-1d9e-4a53-9f0e-2a6c3b8d7e10",
            type="add_to_cart",
            occurred_at=CARTED,
            session="s-99",
            item="i-301",
            category="shoes.running",
            quantity=1,
            price=39_900,
            currency="CNY",
            device="d-5",
            address="",
            order="",
            lines=(),
            amount=-1,
            coupon="",
            source="app",
            stable=True,
        ),
    ),
    "purchase": (
        Origin("purchases", 1, 20_417),
        CUSTOMER,
        EventTaken(
            event_id="0b6f8c1e-77aa-4b0c-8a53-5d2f9e6c1a44",
            type="purchase",
            occurred_at=DECIDED + 900_000,
            session="",
            item="",
            category="",
            quantity=1,
            price=-1,
            currency="CNY",
            device="",
            address="",
            order="o-5521",
            lines=(LineTaken("i-301", "shoes.running", 1, 39_900),),
            amount=39_900,
            coupon="K7Q4-M2XD-9F",
            source="app",
            stable=True,
            repaired=("currency",),
        ),
    ),
    "outcome": (
        Origin("trigger-outcomes", 0, 5_001),
        CUSTOMER,
        OutcomeTaken("psh-881-2", TRIGGER_ID, "failed", DECIDED + 3_120, "token_unregistered", retryable=False, cost=2),
    ),
    "consent": (
        Origin("privacy-requests", 0, 31),
        CUSTOMER,
        ConsentChanged("pr-31", CARTED - 86_400_000, {"push": True, "sms": False}),
    ),
    "attributes": (
        Origin("customers", 0, 7),
        CUSTOMER,
        AttributesTold("cu-7", CARTED - 86_400_000, birthday="03-14", locale="zh-CN", tier="gold", region="CN-31"),
    ),
    "item": (
        Origin("catalogue", 2, 301),
        "",
        ItemTold("i-301", CARTED - 86_400_000, True, "shoes.running", "Li-Ning", 39_900, 24_500, 12),
    ),
    "linked": (Origin("customers", 0, 8), VISITOR, IdentityLinked("cu-8", CARTED, CUSTOMER)),
    "handed": (
        Origin("user-log", 3, 904_400),
        CUSTOMER,
        HistoryHanded(
            "e7", History(CARTED - 600_000, CARTED - 60_000, events=4, landmark=CARTED - 600_000, views=3.0), CARTED
        ),
    ),
    "erasure": (Origin("privacy-requests", 0, 32), CUSTOMER, ErasureRequested("pr-32", CARTED - 3_600_000)),
    "watermark": (
        Origin("watermark/clicks", 0, DECIDED - 1_000),
        "",
        WatermarkReached("clicks", {0: DECIDED - 1_000, 1: DECIDED - 400}, 2),
    ),
    "tick": (Origin("tick", 12, DECIDED), "", Ticked()),
    "campaigns": (
        Origin("operator", 0, CARTED - 90_000_000),
        "",
        CampaignsActivated(
            (CART_RESCUE,),
            (DEFAULT_POLICY,),
            "crm",
            "autumn sale",
        ),
    ),
    "model": (Origin("closed-decisions", 0, 4_711), "", ModelActivated("purchase", 7, LOGISTIC_SHA256)),
    "ring": (
        Origin("entity-sightings", 0, 8_804),
        "",
        RingFound("r17", 41, 0.94, 6, {"device": 4, "payment": 5}, (CUSTOMER,)),
    ),
}

RECORDS: dict[str, Struct] = {
    f"Record.{name}": Record(origin=origin, written_at=DECIDED, user=user, body=body)
    for name, (origin, user, body) in _BODIES.items()
}
