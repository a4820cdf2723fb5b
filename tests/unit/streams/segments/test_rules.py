"""Rule segments."""

import pytest

from streams.profiles.user import User
from streams.segments.rules import DAY, segment


@pytest.mark.parametrize(
    ("user", "label"),
    [
        (User(last_seen=0, purchases=9), "dormant"),
        (User(last_seen=100 * DAY, sessions=1), "new"),
        (User(last_seen=100 * DAY, sessions=2), "potential"),
        (User(last_seen=100 * DAY, purchases=5, last_purchase=69 * DAY), "at_risk"),
        (User(last_seen=100 * DAY, purchases=3, last_purchase=99 * DAY), "high_value"),
        (User(last_seen=100 * DAY, purchases=1, last_purchase=99 * DAY), "potential"),
    ],
)
def test_the_first_rule_that_holds_names_the_customer(user: User, label: str) -> None:
    """As of day 100."""
    assert segment(user, 100 * DAY) == label
