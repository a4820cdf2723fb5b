"""What an event does that comes from a dead letter: known from now on, and no moment to decide at."""

from tests.making.logs import MINUTE
from tests.making.stories import ON_CART, Story, on_favourite


def test_it_changes_the_profile_and_opens_no_decision_point() -> None:
    """Even when it is seconds old, and a campaign decides at every such event."""
    told = Story(on_favourite())
    told.consents("u", push=True, sms=True)
    told.happens("u", "favourite", redriven=True)
    assert (told.user("u").events, told.decisions()) == (1, [])
    told.happens("u", "favourite")
    assert (told.user("u").events, len(told.decisions())) == (2, 1)


def test_it_arms_no_timer_and_disarms_one() -> None:
    """A cart heard of too late is not abandoned now; a purchase heard of too late still answers a cart."""
    told = Story(ON_CART)
    for user in ("late", "bought", "left"):
        told.consents(user, push=True, sms=True)
    told.happens("late", "add_to_cart", item="i1", price=500, redriven=True)
    told.happens("bought", "add_to_cart", item="i1", price=500)
    told.happens("left", "add_to_cart", item="i1", price=500)
    told.at += MINUTE
    told.happens("bought", "purchase", item="i1", price=500, redriven=True)
    told.waits(60)
    assert [decision.user for decision in told.decisions()] == ["left"]


def test_a_purchase_counts_in_the_windows_of_its_time() -> None:
    """One from before the decision says nothing about it and revokes nothing; one from after it does both."""
    told = Story(on_favourite())
    before = told.at
    told.at += 10 * MINUTE
    trigger = told.sends()
    told.happens(trigger.user, "purchase", before, item="i1", price=500, redriven=True)
    (opened,) = told.user(trigger.user).open
    assert (opened.purchased, told.user(trigger.user).purchases, told.triggers("revoke")) == (False, 1, [])
    told.happens(trigger.user, "purchase", told.at, item="i2", price=700, redriven=True)
    assert (opened.purchased, opened.revenue) == (True, 700)
    assert [revoked.trigger_id for revoked in told.triggers("revoke")] == [trigger.trigger_id]


def test_it_is_no_news_to_detectors_and_recommenders() -> None:
    """Many letters redriven at once would look like a burst: profiles know them, nobody else is told."""
    told = Story()
    told.happens("u", "purchase", item="i1", price=500, redriven=True)
    assert told.outputs == []
    told.happens("u", "purchase", item="i1", price=500)
    assert [output.topic for output in told.outputs] == ["fraud-samples", "item-choices"]
