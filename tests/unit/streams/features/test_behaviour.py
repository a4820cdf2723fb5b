"""Habits, sources, brands, stages, coupons and answers, by hand."""

import pytest

from schemas.records import OutcomeTaken
from streams.features.values import View, value
from streams.policy.windows import apply_outcome
from streams.profiles.observing import DAY, observe
from streams.profiles.user import EndedMessage, User
from tests.making.events import AT, taken
from tests.making.logs import MINUTE
from tests.making.stories import Story, on_favourite

HOUR = 60 * MINUTE
MONDAY = 1_790_553_600_000
"""2026-09-28T00:00Z."""


def seen(user: User, name: str, now: int = AT, category: str = "") -> float | str:
    """A feature of a user at a moment."""
    return value(View(user, now, category=category), name)


def lived(*events: tuple[str, int], **fields: object) -> User:
    """A user after events of (type, ms)."""
    user = User()
    for kind, at in events:
        observe(user, taken(kind, at, **fields), at)
    return user


def test_who_comes_on_monday_mornings_is_expected_then() -> None:
    """Against an even spread of a week; who never came is expected at any time alike."""
    user = lived(*[("view", MONDAY + week * 7 * DAY + 9 * HOUR) for week in range(12)])
    even = 5 / 42
    assert seen(user, "habit.now", MONDAY + 91 * DAY + 10 * HOUR) == pytest.approx((12 + 6 * even) / (18 * even))
    assert seen(user, "habit.now", MONDAY + 5 * DAY + 9 * HOUR) == pytest.approx(6 / 18)
    assert seen(user, "habit.weekend_share") == 0
    assert seen(lived(("view", MONDAY - DAY)), "habit.weekend_share") == 1
    assert seen(User(), "habit.now") == pytest.approx(1)


def test_sessions_are_counted_by_where_they_begin() -> None:
    """What is none of app, web and shop counts among all."""
    user = User()
    for day, source in enumerate(("app", "app", "web", "kiosk")):
        observe(user, taken("view", AT + day * DAY, source=source), AT + day * DAY)
        observe(user, taken("click", AT + day * DAY + MINUTE, source="shop"), AT + day * DAY + MINUTE)
    assert [seen(user, f"source.{name}_share") for name in ("app", "web", "shop")] == [0.5, 0.25, 0.0]


def test_interest_goes_by_brand_as_by_category() -> None:
    """The strongest four are known; orders count by their lines."""
    user = User()
    for number, brand in enumerate(("a", "b", "c", "d", "e")):
        for _ in range(1 + (brand == "a")):
            observe(user, taken("view", AT + number, brand=brand), AT + number)
    assert seen(user, "interest.brands") == 4
    assert seen(user, "interest.top_brand_share") == pytest.approx(2 / 5, rel=1e-6)
    observe(user, taken("purchase", AT + 9, item="x", category="shoes"), AT + 9)
    assert seen(user, "interest.category_share", category="shoes") == pytest.approx(5 / 11, rel=1e-6)
    assert seen(user, "interest.category_share", category="hats") == 0


def test_lines_of_an_order_raise_the_interest_where_the_event_names_no_category() -> None:
    """As the contract's own example of a purchase."""
    bought = taken("purchase", AT, category="shoes")
    with_lines, user = User(), User()
    observe(user, bought, AT)
    observe(with_lines, taken("purchase", AT, category="", lines=bought.lines), AT)
    assert with_lines.interests == user.interests


def test_stages_follow_purchases_and_their_interval() -> None:
    """None, one, more, and more than twice the interval late."""
    assert seen(lived(("view", AT)), "lifecycle.stage") == "visitor"
    assert seen(lived(("purchase", AT)), "lifecycle.stage") == "first_time"
    user = lived(("purchase", AT), ("purchase", AT + 10 * DAY))
    assert seen(user, "lifecycle.stage", AT + 30 * DAY) == "repeat"
    assert seen(user, "purchase.overdue", AT + 30 * DAY) == 2
    assert seen(user, "lifecycle.stage", AT + 31 * DAY) == "overdue"


def test_coupons_of_the_last_sixteen_purchases_are_remembered() -> None:
    """What was long ago is forgotten; the run at full price begins after the last coupon."""
    user = lived(*[("purchase", AT + day * DAY) for day in range(20)], coupon="X")
    assert (seen(user, "coupon.recent_share"), seen(user, "coupon.full_price_run")) == (1, 0)
    for day in range(20, 24):
        observe(user, taken("purchase", AT + day * DAY), AT + day * DAY)
    assert (seen(user, "coupon.recent_share"), seen(user, "coupon.full_price_run")) == (0.75, 4)
    assert seen(lived(("purchase", AT)), "coupon.full_price_run") == 1


def test_each_channel_has_its_own_click_rate() -> None:
    """A click counts on the channel of its message, and one that was not reached not at all."""
    told = Story(on_favourite())
    clicks, before = told.sends(), told.user
    user = before(clicks.user)
    assert seen(user, "response.best_channel", told.at) == "none"
    told.reports(clicks, "delivered")
    told.reports(clicks, "clicked")
    other = "sms" if clicks.channel == "push" else "push"
    assert seen(user, "response.best_channel", told.at) == clicks.channel
    own, others = (seen(user, f"response.{channel}_click_rate", told.at) for channel in (clicks.channel, other))
    assert own == pytest.approx((1 + 20 * 2 / 21) / 21)
    assert others == pytest.approx(2 / 21)


def test_a_message_that_did_not_reach_the_customer_is_no_answer() -> None:
    """It is taken back from its channel, and comes back when a later attempt succeeds."""
    told = Story(on_favourite())
    trigger = told.sends()
    user = told.user(trigger.user)
    with_it = user.answers
    told.reports(trigger, "failed")
    assert user.answers == 0 != with_it
    told.reports(trigger, "delivered")
    assert user.answers == with_it


def test_a_click_on_a_channel_of_another_time_changes_nothing() -> None:
    """A checkpoint may hold messages on channels that there are no counts for."""
    user, message = User(), EndedMessage("c@1", "pigeon", AT)
    apply_outcome(user, message, OutcomeTaken("x", "t", "clicked", AT, "", retryable=False, cost=-1))
    assert (user.message_clicks, user.answers) == (1, 0)
