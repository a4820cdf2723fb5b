"""How events change a profile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import decode_msgpack, encode_msgpack
from streams.features.values import View, value
from streams.profiles.observing import DAY, MINUTE, decay, is_repeat, observe
from streams.profiles.user import MAX_CART_LINES, MAX_DEVICES, MAX_INTERESTS, MAX_RECENT, CartLine, User, mark
from tests.making.events import AT, taken


def observed(*events: tuple[str, int], **fields: object) -> User:
    """A user after events of (type, minutes after the start)."""
    user = User()
    for kind, minutes in events:
        event = taken(kind, AT + minutes * MINUTE, **fields)
        observe(user, event, event.occurred_at)
    return user


def test_the_same_event_id_is_taken_once() -> None:
    """Within the last 32 events of the user."""
    user = User()
    assert not is_repeat(user, taken(at=1))
    assert is_repeat(user, taken(at=1))
    for at in range(2, 2 + MAX_RECENT):
        assert not is_repeat(user, taken(at=at))
    assert not is_repeat(user, taken(at=1))
    assert len(user.recent) == 8 * MAX_RECENT


def test_a_pause_of_30_minutes_starts_a_session() -> None:
    """Shorter pauses do not."""
    user = observed(("view", 0), ("view", 29), ("view", 59))
    assert (user.sessions, user.session_events) == (2, 1)
    assert user.session_started == AT + 59 * MINUTE


def test_counts_halve_in_their_half_life() -> None:
    """Seven days for activity."""
    user = observed(("view", 0), ("view", 7 * 1440))
    assert value(View(user, user.last_seen), "activity.views") == pytest.approx(1.5)
    assert decay(7 * DAY, 7.0 * DAY) == 0.5


@given(st.lists(st.integers(0, 400 * DAY), min_size=1, max_size=20))
def test_a_count_is_the_sum_of_what_decay_leaves_of_each_event(pauses: list[int]) -> None:
    """However long ago the first was: moving the landmark changes no value, and no weight leaves a float's range."""
    user, at, times = User(), AT, list[int]()
    for pause in pauses:
        at += pause
        times.append(at)
        observe(user, taken("view", at, category="c"), at)
    left = sum(decay(at - time, 7.0 * DAY) for time in times)
    assert value(View(user, at), "activity.views") == pytest.approx(left)
    assert user.interests[mark("c")] < 2.0**60


def test_the_cart_holds_what_was_put_in_and_not_taken_out_or_bought() -> None:
    """Quantities add up; a line without a price keeps the price known before."""
    user = User()
    observe(user, taken("add_to_cart", item="a", price=500, quantity=2), AT)
    observe(user, taken("add_to_cart", item="a", price=-1), AT)
    observe(user, taken("add_to_cart", item="b", price=300), AT)
    observe(user, taken("remove_from_cart", item="a", quantity=1), AT)
    assert user.cart == {mark("a"): CartLine(2, 500), mark("b"): CartLine(1, 300)}
    observe(user, taken("purchase", item="a", price=500), AT)
    assert list(user.cart) == [mark("b")]
    observe(user, taken("remove_from_cart", item="b", quantity=5), AT)
    assert user.cart == {}


def test_purchases_give_amounts_and_intervals() -> None:
    """Unknown amounts are not counted as zero; the first interval is taken as it is."""
    user = User()
    for day, price in ((0, 1000), (10, -1), (30, 3000)):
        observe(user, taken("purchase", AT + day * DAY, price=price), AT + day * DAY)
    assert (user.purchases, user.known_amounts, user.amounts, user.last_amount) == (3, 2, 4000, 3000)
    assert user.interval == pytest.approx(10 * DAY + 0.3 * (20 - 10) * DAY)


def test_a_late_event_does_not_turn_time_back() -> None:
    """It counts as of the last one."""
    user = observed(("view", 10), ("view", 0))
    assert (user.last_seen, user.gap, user.events) == (AT + 10 * MINUTE, 0, 2)


def test_an_event_from_the_future_counts_as_of_now() -> None:
    """A clock that runs ahead at the platform does not move the profile ahead."""
    user = User()
    observe(user, taken(at=AT + DAY), AT)
    assert user.last_seen == AT


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["view", "click", "favourite", "add_to_cart", "remove_from_cart", "purchase", "refund"]),
            st.integers(0, 10**10),
            st.integers(0, 60),
            st.integers(-1, 10**6),
        ),
        max_size=150,
    )
)
def test_profiles_stay_capped_finite_and_repeatable(events: list[tuple[str, int, int, int]]) -> None:
    """Whatever comes: collections keep their caps, 16 KB holds, and the bytes survive decoding."""
    user = User()
    for kind, after, what, price in events:
        name = str(what)
        event = taken(kind, AT + after, item=name, category=name, device=name, price=price, coupon=name)
        is_repeat(user, event)
        observe(user, event, AT + after)
    assert len(user.cart) <= MAX_CART_LINES
    assert len(user.interests) <= MAX_INTERESTS
    assert len(user.devices) <= MAX_DEVICES
    assert min(user.views, user.clicks, user.carts, user.purchases_recent, user.rate, user.interval) >= 0
    data = encode_msgpack(user)
    assert len(data) < 16_384
    assert encode_msgpack(decode_msgpack(data, User)) == data
