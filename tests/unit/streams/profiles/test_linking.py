"""A history that is handed over is worth what the same events would have been worth to the customer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from schemas.codec import decode_msgpack, encode_msgpack
from schemas.histories import History
from streams.features.values import View, value
from streams.profiles.linking import hand_over, take_over
from streams.profiles.observing import DAY, is_repeat, observe
from streams.profiles.user import MAX_BRANDS, MAX_CART_LINES, MAX_DEVICES, MAX_INTERESTS, User
from tests.making.events import AT, taken

ADDITIVE = (
    "activity.views",
    "activity.clicks",
    "activity.carts",
    "activity.favourites",
    "interest.top_share",
    "interest.top_brand_share",
    "cart.items",
    "purchase.count",
    "purchase.recent",
    "purchase.mean_amount",
    "purchase.total",
    "purchase.days_since",
    "coupon.share",
    "coupon.days_since",
    "fraud.coupons_per_day",
    "fraud.refund_share",
    "fraud.events_per_minute",
    "lifecycle.days_since_first",
)
"""Features that do not depend on how events alternate between the two."""
KINDS = ("view", "click", "favourite", "add_to_cart", "purchase", "refund")
lives = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 40 * DAY), st.integers(0, 2), st.booleans()), max_size=30
)


def joined(drawn: list[tuple[str, int, int, bool]]) -> tuple[User, User, int]:
    """A customer after taking over what a visitor did, and one who did all of it; and the time."""
    visitor, customer, whole, at = User(), User(), User(), AT
    for kind, pause, which, visits in drawn:
        at += pause
        coupon = "X" if kind == "purchase" and which else ""
        item = f"i{at}" if kind == "purchase" else f"i{which}"
        event = taken(kind, at, item=item, category=f"c{which}", brand=f"b{which}", price=100 + which, coupon=coupon)
        event = structs.replace(event, stable=False)
        for user in (visitor if visits else customer, whole):
            observe(user, event, at)
    if visitor.events:
        take_over(customer, decode_msgpack(encode_msgpack(hand_over(visitor)), History))
    assert visitor == User()
    return customer, whole, at


@given(lives)
def test_it_is_as_if_the_events_had_been_the_customers_own(drawn: list[tuple[str, int, int, bool]]) -> None:
    """Whichever of the two did what, and however long ago; seen a day later."""
    customer, whole, at = joined(drawn)
    assert (customer.events, customer.last_seen, customer.refunded) == (whole.events, whole.last_seen, whole.refunded)
    for name in ADDITIVE:
        seen, expected = (value(View(user, at + DAY), name) for user in (customer, whole))
        assert seen == pytest.approx(expected, rel=1e-6, abs=1e-9), name


def test_the_interval_of_two_who_bought_once_is_the_time_between() -> None:
    """And of two who bought more often the mean, weighted by intervals."""
    first, second = User(), User()
    observe(first, taken("purchase", AT), AT)
    observe(second, taken("purchase", AT + 10 * DAY), AT + 10 * DAY)
    take_over(second, hand_over(first))
    assert (second.purchases, second.interval) == (2, 10 * DAY)
    third = User()
    for day in (20, 24, 28):
        observe(third, taken("purchase", AT + day * DAY), AT + day * DAY)
    take_over(second, hand_over(third))
    assert second.interval == (10 * DAY + 2 * 4 * DAY) / 3


def test_the_session_goes_on_after_logging_in() -> None:
    """Who looked around and then logged in is in one session; an older visit does not end the customer's own."""
    visitor, customer = User(), User()
    for second in range(3):
        observe(visitor, taken("view", AT + second), AT + second)
    take_over(customer, hand_over(visitor))
    assert (customer.session_events, customer.sessions) == (3, 1)
    observe(visitor, taken("view", AT - DAY), AT - DAY)
    take_over(customer, hand_over(visitor))
    assert (customer.session_events, customer.sessions, customer.first_seen) == (3, 2, AT - DAY)


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 90)), max_size=120))
def test_caps_hold_when_two_full_profiles_meet(drawn: list[tuple[str, int]]) -> None:
    """And what comes of it can be encoded and decoded to the same bytes."""
    users = User(), User()
    for number, (kind, which) in enumerate(drawn):
        name = f"{which}-{number % 2}"
        event = taken(kind, AT + number, item=name, category=name, brand=name, device=name, price=which, coupon=name)
        is_repeat(users[number % 2], event)
        observe(users[number % 2], event, AT + number)
    take_over(users[0], hand_over(users[1]))
    full = users[0]
    assert len(full.interests) <= MAX_INTERESTS
    assert len(full.brands or {}) <= MAX_BRANDS
    assert len(full.cart) <= MAX_CART_LINES
    assert len(full.devices) <= MAX_DEVICES
    data = encode_msgpack(full)
    assert encode_msgpack(decode_msgpack(data, User)) == data


@pytest.mark.parametrize("years", [1, 31])
def test_a_customer_of_long_ago_takes_over_what_a_visitor_does_today(years: int) -> None:
    """Weights grow with the time between; a first event by a clock of the last century must not be too much."""
    customer, visitor = User(), User()
    observe(customer, taken("view", AT - years * 365 * DAY), AT - years * 365 * DAY)
    observe(visitor, taken("favourite", AT), AT)
    take_over(customer, hand_over(visitor))
    view = View(customer, AT)
    assert value(view, "activity.favourites") == pytest.approx(1.0)
    assert value(view, "activity.views") == pytest.approx(0.5 ** (years * 365 / 7), abs=1e-12)
