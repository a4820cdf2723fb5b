"""What the platform and the delivery service publish."""

from msgspec import Struct

from schemas.catalogue import CatalogueItem
from schemas.customers import Customer
from schemas.events import Event, OrderLine
from schemas.examples.story import CARTED, CUSTOMER, DECIDED, TRIGGER_ID
from schemas.money import Money
from schemas.outcomes import Outcome
from schemas.privacy import PrivacyRequest

PUBLISHED: dict[str, Struct] = {
    "Event": Event(
        event_id="7f0c2a51-1d9e-4a53-9f0e-2a6c3b8d7e10",
        type="add_to_cart",
        user_id="u-1842",
        occurred_at=CARTED,
        session_id="s-99",
        item_id="i-301",
        category="shoes.running",
        brand="Li-Ning",
        quantity=1,
        price=Money(39_900, "CNY"),
        device_id="d-5",
        source="app",
    ),
    "Event.purchase": Event(
        event_id="0b6f8c1e-77aa-4b0c-8a53-5d2f9e6c1a44",
        type="purchase",
        user_id="u-1842",
        occurred_at=DECIDED + 900_000,
        order_id="o-5521",
        lines=(OrderLine(item_id="i-301", quantity=1, price=Money(39_900, "CNY"), category="shoes.running"),),
        coupon_code="K7Q4-M2XD-9F",
        source="app",
        attributes={"payment": "wallet", "gift": False},
    ),
    "PrivacyRequest": PrivacyRequest(
        request_id="pr-31",
        user_id="u-1842",
        kind="consent",
        occurred_at=CARTED - 86_400_000,
        channels={"push": True, "sms": False},
    ),
    "PrivacyRequest.erasure": PrivacyRequest(
        request_id="pr-32", user_id="u-977", kind="erasure", occurred_at=CARTED - 3_600_000
    ),
    "Customer": Customer(
        message_id="cu-7",
        user_id="u-1842",
        kind="attributes",
        occurred_at=CARTED - 86_400_000,
        birthday="03-14",
        locale="zh-CN",
        zone="Asia/Shanghai",
        tier="gold",
        region="CN-31",
        channels=("push", "sms"),
    ),
    "Customer.linked": Customer(
        message_id="cu-8", user_id="u-1842", kind="identity_linked", occurred_at=CARTED, anonymous_id="cookie-77"
    ),
    "CatalogueItem": CatalogueItem(
        item_id="i-301",
        kind="item",
        occurred_at=CARTED - 86_400_000,
        category="shoes.running",
        brand="Li-Ning",
        price=Money(39_900, "CNY"),
        cost=Money(24_500, "CNY"),
        pieces=12,
    ),
    "CatalogueItem.change": CatalogueItem(item_id="i-301", kind="change", occurred_at=CARTED, stock="out_of_stock"),
    "Outcome": Outcome(
        outcome_id="psh-881-2",
        trigger_id=TRIGGER_ID,
        user=CUSTOMER,
        status="failed",
        occurred_at=DECIDED + 3_120,
        reason="token_unregistered",
        retryable=False,
        cost=Money(2, "CNY"),
        provider_id="apns-5c1",
    ),
}
