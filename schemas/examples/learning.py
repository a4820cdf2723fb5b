"""What learning, measuring and fraud detection exchange; what was refused; a line of a checkpoint."""

from msgspec import Struct

from schemas.checkpoints import CheckpointEntry
from schemas.closed_decisions import ClosedDecision, Stakes
from schemas.dead_letters import DeadLetter
from schemas.examples.story import CAMPAIGN, CARTED, CUSTOMER, DECIDED, LOG, LOGISTIC_SHA256, TRIGGER_ID
from schemas.experiments import ArmCounts, ExperimentResult
from schemas.fraud import EntitySighting, FraudAlert, FraudSample
from schemas.hourly import HOUR, HourCounts
from schemas.items import ChosenItem, ItemsChosen
from schemas.models import Array, ModelSnapshot, Promotion
from schemas.origins import Origin
from schemas.redrives import Redrive

LEARNING: dict[str, Struct] = {
    "ClosedDecision": ClosedDecision(
        origin=Origin("user-log", 12, 905_120, 0),
        decision_id=TRIGGER_ID,
        user=CUSTOMER,
        campaign=CAMPAIGN,
        kind="cart_abandonment",
        ghost=False,
        channel="push",
        action=1,
        propensities=(0.25, 0.75),
        depths=(0.0, 0.025),
        sent=(False, True),
        x=(2.302585, 0.693147, 1.098612),
        catalogue="1",
        opened_at=DECIDED,
        closed_at=DECIDED + 172_800_000,
        delivered=True,
        clicked=True,
        purchased=True,
        revenue=38_900,
        margin=10_968,
        first=True,
        discount=700,
        cost=2,
        stakes=Stakes(
            amount=39_450.0,
            margin_rate=0.3,
            sent=0.12,
            depth=2.5,
            usual=0.07,
            scale=0.0021,
            exploration=0.1,
            floor=0.05,
            costs=(0, 2),
        ),
    ),
    "ExperimentResult": ExperimentResult(
        origin=Origin("closed-decisions", 0, 4_711, 0),
        campaign=CAMPAIGN,
        at=DECIDED + 172_800_000,
        treatment=ArmCounts(
            users=812, decisions=934, sent=655, clicked=88, purchased=121, revenue=4_306_900, margin=1_163_421
        ),
        holdout=ArmCounts(users=203, decisions=231, purchased=25, revenue=889_750, margin=266_925),
        note="n = 25 of 200 buyers in the smaller arm",
    ),
    "FraudAlert": FraudAlert(
        alert_id="e7-3-77120-f0",
        origin=Origin("user-log", 3, 77_120, 0),
        user="v1.k3.TWFsbG9yeVNob3BzSGVyZVRvbw",
        at=DECIDED,
        risk=0.93,
        threshold=0.8,
        reasons=("9 coupons redeemed in a day", "6 devices"),
        versions={"fraud": "3"},
    ),
    "FraudSample": FraudSample(
        origin=LOG, user=CUSTOMER, at=DECIDED, x=(0.693147, 1.098612, 0.0, 2.302585), catalogue="1", risk=0.11
    ),
    "EntitySighting": EntitySighting(
        origin=LOG, user=CUSTOMER, at=DECIDED, seen=(("device", 4_611_686_018_427_387_905), ("payment", 77_031))
    ),
    "ItemsChosen": ItemsChosen(
        origin=Origin("user-log", 12, 904_100, 1),
        at=CARTED,
        kind="add_to_cart",
        chosen=(ChosenItem("i-301", 5_316_911_983_139_663_491, 6_021_837_465_564_738_291),),
        beside=(2_305_843_009_213_693_951, 77_032),
        interests=((5_316_911_983_139_663_491, 0.75), (77_033, 0.25)),
    ),
    "HourCounts": HourCounts(
        origin=LOG,
        partitions=8,
        hour=DECIDED // HOUR,
        idle=0,
        events=1_904,
        orders=37,
        pieces={"shoes.running": 12, "food.snacks": 31, "": 4},
        items={4_611_686_018_427_387_905: 9, 77_031: 3},
    ),
    "ModelSnapshot": ModelSnapshot(
        name="purchase",
        version=7,
        algorithm="logistic",
        catalogue="1",
        features=("cart.value", "purchase.count"),
        arrays={
            "mean": Array(dtype="float64", shape=(2,), data=bytes.fromhex("0000000000001840000000000000e83f")),
            "deviation": Array(dtype="float64", shape=(2,), data=bytes.fromhex("0000000000000040000000000000e03f")),
            "weight": Array(dtype="float64", shape=(2,), data=bytes.fromhex("000000000000d03f000000000000e03f")),
            "intercept": Array(dtype="float64", shape=(1,), data=bytes.fromhex("00000000000004c0")),
            "clip": Array(dtype="float64", shape=(1,), data=bytes.fromhex("0000000000002040")),
            "calibration": Array(dtype="float64", shape=(2,), data=bytes.fromhex("000000000000f03f0000000000000000")),
        },
        trained_on=3_500,
        trained_until=DECIDED - 600_000,
        closed={"cart-rescue": 3_120, "browse-interest": 380},
        sha256=LOGISTIC_SHA256,
        promotion=Promotion(
            algorithm="logistic",
            instead_of="crosses",
            at=DECIDED - 90_000_000,
            decisions=24_700,
            level=0.05 / 90,
            lead=0.00406,
            lead_bound=0.0001,
            value_bound=-7.99,
        ),
    ),
    "DeadLetter": DeadLetter(
        reason="wrong_type",
        field="price.value",
        message="price.value: expected int, found str",
        origin=Origin("clicks", 3, 118_204, 0),
        at=CARTED + 250,
        key=b"u-1842",
        value=b'{"event_id":"9d","type":"view","user_id":"u-1842","occurred_at":1793496600000,'
        b'"price":{"value":"199","currency":"CNY"}}',
        headers=(("trace", b"4bf92f35"),),
    ),
    "Redrive": Redrive(
        origin=Origin("clicks", 3, 118_205, 0),
        attempt=1,
        key=b"u-1842",
        value=b'{"event_id":"9e","type":"view","user_id":"u-1842","occurred_at":1793583001000}',
        headers=(("trace", b"4bf92f36"),),
    ),
    "CheckpointEntry": CheckpointEntry(key=b"decide|user-log|u:" + CUSTOMER.encode(), value=b"\x01\x93\x02\xa3CNY"),
}
