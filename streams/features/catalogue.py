"""The catalogue: every feature's name, meaning, unit and range, and the rows that the models see."""

from typing import Literal, NamedTuple

Unit = Literal["count", "days", "minutes", "money", "share", "label", "per_minute"]

VERSION = "1"
"""Changes when a row's columns or their meaning change; models of another version do not score."""


class Feature(NamedTuple):
    """One feature. ``low`` and ``high`` bound its value in its unit; money is in minor units; ``labels`` for labels.

    A label without ``labels`` is any text.
    """

    name: str
    unit: Unit
    low: float
    high: float
    meaning: str
    labels: tuple[str, ...] = ()


NEVER = 3650.0
"""Days since something that never happened."""

SEGMENTS = ("new", "potential", "high_value", "at_risk", "dormant")
STAGES = ("visitor", "first_time", "repeat", "overdue")
BEST_CHANNELS = ("none", "push", "sms", "email")

UNKNOWN_DAYS = 30.0
"""Days of stock where nobody knows: neither a shelf that is too full nor one that is about to be empty."""

UNKNOWN_STOCK, OUT_OF_STOCK, IN_STOCK = "unknown", "out_of_stock", "in_stock"

NO_SEGMENT = "unassigned"
"""The learned segment of a customer while no model is active, or whom it puts into none."""

RFM_SEGMENTS = (
    "prospect",
    "recent_small",
    "recent_middling",
    "champion",
    "earlier_small",
    "earlier_middling",
    "earlier_large",
    "long_ago_small",
    "long_ago_middling",
    "long_ago_large",
)
"""Who never bought; then by how long ago, and by how often and how much, all in thirds of the buyers."""

LEARNED_SEGMENTS = tuple(f"s{number}" for number in range(1, 100))
"""A name stays with what it meant; a new cluster takes the next one."""

_FEATURES = (
    Feature("lifecycle.days_since_first", "days", 0, NEVER, "days since the customer's first event"),
    Feature("lifecycle.days_since_last", "days", 0, NEVER, "days between the previous event and this one"),
    Feature("lifecycle.stage", "label", 0, 0, "purchases: none, one, more, or twice their interval overdue", STAGES),
    Feature("lifecycle.sessions_per_week", "count", 0, 1e6, "sessions per week since the first event; 1 week at least"),
    Feature("lifecycle.events_per_session", "count", 0, 1e6, "events per session"),
    Feature("session.events", "count", 0, 1e6, "events in the current session (a pause of 30 minutes ends it)"),
    Feature("session.minutes", "minutes", 0, 1e6, "length of the current session"),
    Feature("session.count", "count", 0, 1e6, "sessions so far"),
    Feature("session.item_views", "count", 0, 1e6, "views of this item in the current session"),
    Feature("session.category_views", "count", 0, 1e6, "views of this category in the current session"),
    Feature("activity.views", "count", 0, 1e6, "views, half-life 7 days"),
    Feature("activity.clicks", "count", 0, 1e6, "clicks and searches, half-life 7 days"),
    Feature("activity.carts", "count", 0, 1e6, "items put into the cart, half-life 7 days"),
    Feature("activity.favourites", "count", 0, 1e6, "favourites and reviews, half-life 7 days"),
    Feature("interest.top_share", "share", 0, 1, "share of the strongest category in all interest, half-life 14 days"),
    Feature("interest.categories", "count", 0, 8, "categories with interest"),
    Feature("interest.category_share", "share", 0, 1, "share of this event's category in all interest"),
    Feature("interest.top_brand_share", "share", 0, 1, "share of the strongest brand in interest in the brands known"),
    Feature("interest.brands", "count", 0, 4, "brands with interest, half-life 14 days (the strongest 4 are known)"),
    Feature(
        "habit.now", "share", 0, 21, "sessions in this 4-hour block of weekdays or weekends (UTC) over an even spread"
    ),
    Feature("habit.weekend_share", "share", 0, 1, "share of sessions begun at weekends (UTC)"),
    Feature("source.app_share", "share", 0, 1, "share of sessions begun in the app"),
    Feature("source.web_share", "share", 0, 1, "share of sessions begun on the web"),
    Feature("source.shop_share", "share", 0, 1, "share of sessions begun in a shop"),
    Feature("price.ratio", "share", 0, 21, "price of what is carted or bought over the level of its category"),
    Feature("price.under_level_share", "share", 0, 1, "share of it that is cheaper than the level of its category"),
    Feature(
        "item.stock",
        "label",
        0,
        0,
        "whether this event's item is in stock, as the platform tells",
        (UNKNOWN_STOCK, OUT_OF_STOCK, IN_STOCK),
    ),
    Feature("item.pieces", "count", 0, 1e9, "pieces of this event's item on hand; 1e9 where nobody tells a number"),
    Feature("item.margin_share", "share", 0, 1, "margin of this event's item over its price; 0 without a known cost"),
    Feature(
        "item.days_of_stock",
        "days",
        0,
        NEVER,
        "days that the pieces of this event's item last as it sells; 30 where they, or what sells, are unknown",
    ),
    Feature(
        "demand.category_24h",
        "count",
        0,
        1e9,
        "pieces of this event's category expected to be bought in the next 24 hours; 0 until there is a forecast",
    ),
    Feature("cart.value", "money", 0, 1e12, "value of the cart; lines without a price count zero"),
    Feature("cart.items", "count", 0, 1e6, "pieces in the cart"),
    Feature("cart.minutes_idle", "minutes", 0, 1e6, "minutes since the cart last changed"),
    Feature("purchase.count", "count", 0, 1e6, "purchases so far"),
    Feature("purchase.days_since", "days", 0, NEVER, "days since the last purchase"),
    Feature("purchase.recent", "count", 0, 1e6, "purchases, half-life 30 days"),
    Feature("purchase.mean_amount", "money", 0, 1e12, "mean amount of a purchase"),
    Feature("purchase.total", "money", 0, 1e12, "sum of all purchases less refunds"),
    Feature("purchase.interval_days", "days", 0, NEVER, "mean days between purchases, newer ones weigh more"),
    Feature("purchase.last_amount", "money", 0, 1e12, "amount of the last purchase"),
    Feature("purchase.overdue", "share", 0, NEVER, "days since the last purchase over purchase.interval_days"),
    Feature("contact.count_7d", "count", 0, 1e3, "messages sent to the customer in the last 7 days"),
    Feature("contact.days_since", "days", 0, NEVER, "days since the last message"),
    Feature("response.click_rate", "share", 0, 1, "share of messages clicked, shrunk towards 5 % by 20 messages"),
    Feature("response.push_click_rate", "share", 0, 1, "the same for push, shrunk towards the customer's own rate"),
    Feature("response.sms_click_rate", "share", 0, 1, "the same for SMS, shrunk towards the customer's own rate"),
    Feature("response.email_click_rate", "share", 0, 1, "the same for e-mail, shrunk towards the customer's own rate"),
    Feature(
        "response.best_channel", "label", 0, 0, "channel with the highest rate; none before a click", BEST_CHANNELS
    ),
    Feature("coupon.days_since", "days", 0, NEVER, "days since a coupon was last redeemed"),
    Feature("coupon.share", "share", 0, 1, "share of purchases made with a coupon"),
    Feature("coupon.recent_share", "share", 0, 1, "share of the last 16 purchases made with a coupon"),
    Feature("coupon.full_price_run", "count", 0, 16, "purchases since the last one with a coupon"),
    Feature(
        "fraud.events_per_minute",
        "per_minute",
        0,
        1e6,
        "events, half-life 1 minute (a steady n a minute show as 1.4 n)",
    ),
    Feature("fraud.refund_share", "share", 0, 1, "refunds per purchase"),
    Feature("fraud.devices", "count", 0, 8, "distinct devices seen (at most 8 are told apart)"),
    Feature("fraud.coupons_per_day", "count", 0, 1e6, "coupons redeemed, half-life 1 day"),
    Feature("fraud.carts_per_view", "share", 0, 1e6, "items put into the cart per view, half-life 7 days"),
    Feature("fraud.amount_ratio", "share", 0, 1e6, "last purchase amount over the mean of the customer's purchases"),
    Feature(
        "fraud.order_ratio", "share", 0, 1e12, "last purchase amount over the mean of those before; 0 before the third"
    ),
    Feature("segment", "label", 0, 0, "rule segment of the customer", SEGMENTS),
    Feature(
        "segment.rfm",
        "label",
        0,
        0,
        "recency, and frequency with amount, of purchases in thirds of all buyers",
        (NO_SEGMENT, *RFM_SEGMENTS),
    ),
    Feature(
        "segment.learned",
        "label",
        0,
        0,
        "cluster that behaves alike; `promostream segments` tells who they are",
        (NO_SEGMENT, *LEARNED_SEGMENTS),
    ),
    Feature("customer.tier", "label", 0, 0, "membership tier, by the shop's own name; unknown until told"),
    Feature("customer.region", "label", 0, 0, "country or subdivision (ISO 3166), such as CN-31; unknown until told"),
    Feature("customer.country", "label", 0, 0, "country of the region, such as CN; unknown until told"),
    Feature("customer.locale", "label", 0, 0, "locale, such as zh-CN; unknown until told"),
    Feature("customer.zone", "label", 0, 0, "time zone, such as Asia/Shanghai; unknown until told"),
    Feature("customer.days_to_birthday", "days", 0, NEVER, "days until the next birthday (UTC), 0 on it"),
    Feature("customer.channels", "count", 0, 3, "channels on which the customer can be reached; 3 until told"),
)

CATALOGUE: dict[str, Feature] = {feature.name: feature for feature in _FEATURES}

RESPONSE_ROW: tuple[str, ...] = (
    "lifecycle.days_since_first",
    "lifecycle.days_since_last",
    "session.events",
    "session.minutes",
    "session.category_views",
    "activity.views",
    "activity.clicks",
    "activity.carts",
    "activity.favourites",
    "interest.top_share",
    "cart.value",
    "cart.items",
    "purchase.count",
    "purchase.days_since",
    "purchase.recent",
    "purchase.mean_amount",
    "contact.count_7d",
    "response.click_rate",
    "coupon.share",
)
"""Columns of a response model's row, each as log1p of the feature's value."""

SEGMENT_ROW: tuple[str, ...] = (
    "lifecycle.days_since_last",
    "activity.views",
    "activity.clicks",
    "activity.carts",
    "activity.favourites",
    "interest.top_share",
    "purchase.days_since",
    "purchase.recent",
    "purchase.mean_amount",
    "response.click_rate",
    "coupon.share",
)
"""Columns of a segmenter's row, some of ``RESPONSE_ROW``: what a customer is like, not what happens just now."""

FRAUD_ROW: tuple[str, ...] = (
    "lifecycle.days_since_first",
    "session.events",
    "activity.views",
    "activity.carts",
    "purchase.recent",
    "purchase.mean_amount",
    "fraud.events_per_minute",
    "fraud.refund_share",
    "fraud.devices",
    "fraud.coupons_per_day",
    "fraud.carts_per_view",
    "fraud.amount_ratio",
)
"""Columns of a fraud detector's row, each as log1p of the feature's value."""

FRAUD_RULES: tuple[str, ...] = ("fraud.order_ratio",)
"""What rules read besides ``FRAUD_ROW``."""
