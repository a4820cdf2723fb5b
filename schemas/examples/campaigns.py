"""A checked campaign and a contact policy."""

from schemas.campaigns import Campaign, Condition, ContactPolicy, Content, Experiment, Offer, RateLimit, When
from schemas.examples.story import CARTED

CART_RESCUE = Campaign(
    name="cart-rescue",
    version=4,
    kind="cart",
    owner="crm",
    state="live",
    currency="CNY",
    starts_at=CARTED - 86_400_000,
    ends_at=CARTED + 864_000_000,
    when=When(event="add_to_cart", wait=1_800_000, unless=("purchase",)),
    who=Condition(
        all=(
            Condition(feature="cart.value", op=">=", value=20_000.0),
            Condition(feature="segment", op="in", value=("high_value", "at_risk")),
            Condition(feature="coupon.days_since", op="<", value=14.0, negated=True),
        )
    ),
    offers=(Offer(id="remind", kind="reminder"), Offer(id="off10", kind="amount", value=1_000, min_spend=20_000)),
    channels=("push", "sms"),
    per_user=RateLimit(1, 604_800_000),
    contact_policy="default",
    max_fraud_risk=0.8,
    experiment=Experiment(holdout=0.2, metric="incremental_margin", window=172_800_000),
    content=Content(
        template="cart_rescue",
        expires_after=21_600_000,
        fallback_locale="zh-CN",
        locales={"zh-CN": {"push": "购物车立减{offer.value}元"}, "en": {"push": "{offer.value} off your cart"}},
    ),
    margin_rate=0.3,
)


DEFAULT_POLICY = ContactPolicy(name="default", limits=(RateLimit(3, 604_800_000), RateLimit(1, 14_400_000)))
