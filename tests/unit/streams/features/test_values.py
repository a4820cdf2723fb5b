"""The features of the catalogue."""

from math import isfinite, log1p

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.features.catalogue import CATALOGUE, FRAUD_ROW, NEVER, RESPONSE_ROW
from streams.features.values import View, fraud_row, fraud_values, response_row, response_values, value
from streams.profiles.observing import DAY, MINUTE, observe
from streams.profiles.user import User
from tests.making.events import AT, taken
from tests.making.logs import make_log


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.integers(0, 400 * DAY))
def test_every_feature_is_within_its_range(seed: int, later: int) -> None:
    """For every user of a made log, at its end and any time later; labels are the catalogue's."""
    made = make_log(seed, 200)
    for _, user in made.fold.users:
        view = View(user, made.fold.state.now + later, "i1", "c1")
        for name, feature in CATALOGUE.items():
            seen = value(view, name)
            if isinstance(seen, str):
                assert not feature.labels or seen in feature.labels
            else:
                assert isfinite(seen), name
                assert feature.low <= seen <= feature.high, name


def test_rows_are_log1p_of_the_values_in_catalogue_order() -> None:
    """What models see can be recomputed from what conditions see."""
    user = User()
    observe(user, taken("add_to_cart", price=500), AT)
    view = View(user, AT + MINUTE)
    assert response_row(response_values(view)) == tuple(log1p(float(value(view, name))) for name in RESPONSE_ROW)
    assert fraud_row(fraud_values(view)) == tuple(log1p(float(value(view, name))) for name in FRAUD_ROW)


def test_the_catalogue_by_hand() -> None:
    """A customer with a history, a moment later."""
    user = User()
    observe(user, taken("view", AT - 2 * DAY, item="a", category="x"), AT)
    observe(user, taken("view", AT, item="a", category="x"), AT)
    observe(user, taken("view", AT + MINUTE, item="b", category="x"), AT + MINUTE)
    observe(user, taken("add_to_cart", AT + 2 * MINUTE, item="b", category="x", price=500, quantity=3), AT + 2 * MINUTE)
    view = View(user, AT + 12 * MINUTE, "b", "x")
    seen = {name: value(view, name) for name in CATALOGUE}
    assert seen["session.events"] == 3
    assert seen["session.count"] == 2
    assert seen["session.item_views"] == 1
    assert seen["session.category_views"] == 2
    assert seen["session.minutes"] == 2
    assert seen["cart.value"] == 1500
    assert seen["cart.items"] == 3
    assert seen["cart.minutes_idle"] == 10
    assert seen["interest.top_share"] == 1
    assert seen["purchase.days_since"] == NEVER
    assert seen["lifecycle.days_since_first"] == pytest.approx(2 + 12 / 1440)
    assert seen["response.click_rate"] == 0.05
    assert seen["segment"] == "potential"


def test_a_session_that_is_over_has_no_views() -> None:
    """Half an hour after its last event there is no current session: a timer must not read the last one."""
    user = User()
    observe(user, taken("view", item="a", category="x"), AT)
    view = View(user, AT + 30 * MINUTE, "a", "x")
    seen = {name: value(view, name) for name in CATALOGUE if name.startswith("session.")}
    assert seen.pop("session.count") == 1
    assert set(seen.values()) == {0.0}


def test_reading_a_feature_does_not_change_the_profile() -> None:
    """Input untouched."""
    user = User()
    observe(user, taken("purchase", price=500, coupon="X"), AT)
    before = repr(user)
    view = View(user, AT + 40 * DAY, "i1", "c1")
    for name in CATALOGUE:
        value(view, name)
    assert repr(user) == before
