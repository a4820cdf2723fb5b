"""Contact limits."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.campaigns import RateLimit
from streams.policy.limits import forget, recall, remember, within
from streams.profiles.user import User, mark


@given(st.lists(st.integers(0, 10_000), max_size=30), st.integers(1, 5), st.integers(1, 3000))
def test_a_limit_that_is_asked_before_every_contact_is_never_passed(
    moments: list[int], count: int, window: int
) -> None:
    """In no rolling window are there more contacts than the limit allows."""
    limit, user = RateLimit(count, window), User()
    for now in sorted(moments):
        if within(limit, user.contacts, now) < limit.count:
            remember(user, "c", now, sent=True)
    for at in user.contacts:
        assert sum(1 for other in user.contacts if at <= other < at + window) <= count


def test_a_would_send_counts_in_its_own_campaign_only() -> None:
    """A ghost's would-send uses up the campaign's limit, not the customer's contact policy."""
    user = User()
    remember(user, "c", 5, sent=False)
    assert user.campaign_contacts == {mark("c"): [5]}
    assert user.contacts == []


def test_a_message_that_arrived_after_all_counts_where_it_stood() -> None:
    """Recalled in order of time, in the campaign's limit and in the contact policy."""
    user = User()
    for at in (5, 7):
        remember(user, "c", at, sent=True)
    forget(user, "c", 5)
    recall(user, "c", 5)
    assert user.contacts == [5, 7]
    assert user.campaign_contacts == {mark("c"): [5, 7]}


def test_a_message_that_did_not_arrive_heals_the_limits() -> None:
    """What is forgotten is as if it had not been sent."""
    user = User()
    remember(user, "c", 5, sent=True)
    forget(user, "c", 5)
    forget(user, "c", 5)
    assert user.contacts == []
    assert user.campaign_contacts == {mark("c"): []}
