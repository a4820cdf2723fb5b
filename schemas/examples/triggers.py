"""What the delivery service consumes."""

from msgspec import Struct

from schemas.examples.story import CAMPAIGN, CUSTOMER, DECIDED, EXPIRES, ONCE, TRIGGER_ID
from schemas.triggers import Coupon, Trigger, TriggerOffer

TRIGGERS: dict[str, Struct] = {
    "Trigger": Trigger(
        kind="send",
        trigger_id=TRIGGER_ID,
        decision_id=TRIGGER_ID,
        once_key=ONCE,
        user=CUSTOMER,
        campaign=CAMPAIGN,
        channel="push",
        locale="zh-CN",
        template="cart_rescue",
        params={"offer.value": "10.00"},
        offer=TriggerOffer(id="off10", kind="amount", value=1_000, currency="CNY", min_spend=20_000),
        coupon=Coupon(code="K7Q4-M2XD-9F", valid_until=EXPIRES),
        decided_at=DECIDED,
        expires_at=EXPIRES,
        reasons=("cart idle for 30 minutes",),
    ),
    "Trigger.recommendation": Trigger(
        kind="send",
        trigger_id="e7-12-904600-0",
        decision_id="e7-12-904600-0",
        once_key="0c9d1e2f3a4b5c6d7e8f901122334455",
        user=CUSTOMER,
        campaign="more-like-this@1",
        channel="push",
        locale="zh-CN",
        template="recommendation",
        offer=TriggerOffer(
            id="more", kind="recommendation", currency="CNY", items=("i-305", "i-318"), items_model="recommender@7"
        ),
        decided_at=DECIDED + 90_000,
        expires_at=EXPIRES,
        reasons=("favourite in shoes.running",),
    ),
    "Trigger.revoke": Trigger(
        kind="revoke",
        trigger_id=TRIGGER_ID,
        decision_id=TRIGGER_ID,
        once_key=ONCE,
        user=CUSTOMER,
        campaign=CAMPAIGN,
        channel="push",
        decided_at=DECIDED + 900_000,
        expires_at=EXPIRES,
        reasons=("bought meanwhile",),
    ),
    "Trigger.withheld": Trigger(
        kind="withheld",
        trigger_id="e7-12-904533-0",
        decision_id="e7-12-904533-0",
        once_key="5e0c6a7b8d9f4a1b2c3d4e5f60718293",
        user=CUSTOMER,
        campaign=CAMPAIGN,
        channel="push",
        decided_at=DECIDED + 60_000,
        expires_at=EXPIRES,
        reasons=("brake on cart-rescue",),
    ),
}
