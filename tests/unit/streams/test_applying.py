"""What records and timers do to a customer, one short story each."""

import pytest
from msgspec import structs

from schemas.campaigns import Condition, When
from schemas.records import CampaignsActivated
from schemas.topics import FRAUD_SAMPLES
from streams.profiles.user import MAX_OPEN, MAX_TIMERS
from streams.state import FoldSettings
from tests.making.logs import MINUTE, POLICIES, START
from tests.making.stories import ON_CART, Story, on_favourite

DAY = 1440


@pytest.mark.parametrize("status", ["unsubscribed", "complained"])
def test_a_customer_who_unsubscribes_after_the_window_is_heard(status: str) -> None:
    """A refusal counts whenever it comes; the window only measures."""
    told = Story(on_favourite())
    trigger = told.sends()
    told.waits(3 * DAY)
    assert told.closed()
    told.reports(trigger, status)
    assert not told.user(trigger.user).consent[trigger.channel]


def test_a_refusal_of_a_message_long_forgotten_counts_for_every_channel() -> None:
    """Better silent than unwanted."""
    told = Story(on_favourite())
    trigger = told.sends()
    told.reports(structs.replace(trigger, trigger_id="e0-0-1-0"), "unsubscribed")
    assert not any(told.user(trigger.user).consent.values())


def test_a_message_reported_lost_after_the_window_heals_the_limits() -> None:
    """The contact did not happen, whenever that becomes known."""
    told = Story(on_favourite())
    trigger = told.sends()
    told.waits(3 * 60)
    told.reports(trigger, "expired")
    assert told.user(trigger.user).contacts == []


def test_a_message_that_arrives_after_a_failure_counts() -> None:
    """A retry that succeeds is a contact: else a limit of k would give k + 1."""
    told = Story(on_favourite())
    trigger = told.sends()
    before = list(told.user(trigger.user).contacts)
    told.reports(trigger, "failed")
    told.reports(trigger, "delivered")
    assert told.user(trigger.user).contacts == before


def test_repeated_reports_heal_one_contact_only() -> None:
    """Two campaigns wrote at the same moment; the failure of one, told twice, leaves the other counted."""
    told = Story(on_favourite("liked"), on_favourite("loved"))
    for number in range(50):
        told.sends(user=f"v{number}-")
        both = [t for t in told.triggers() if t.user == told.triggers()[-1].user]
        if len(both) > 1:
            break
    told.reports(both[0], "failed")
    told.reports(both[0], "accepted")
    told.reports(both[0], "failed")
    assert len(told.user(both[0].user).contacts) == 1


def test_a_withdrawal_holds_even_when_a_word_on_another_channel_is_newer() -> None:
    """Every channel has its own order."""
    told = Story(on_favourite())
    told.consents("u", push=True, sms=True)
    told.at += 2 * MINUTE
    told.consents("u", push=True)
    told.consents("u", told.at - MINUTE, sms=False)
    assert told.user("u").consent == {"push": True, "sms": False}


def test_an_unsubscription_is_never_older_than_its_message() -> None:
    """A delivery service whose clock is behind is heard all the same."""
    told = Story(on_favourite())
    trigger = told.sends()
    told.reports(trigger, "unsubscribed", trigger.decided_at - 60 * MINUTE)
    assert not told.user(trigger.user).consent[trigger.channel]


def test_a_consent_older_than_an_unsubscription_does_not_undo_it() -> None:
    """And a newer one does."""
    told = Story(on_favourite())
    trigger = told.sends()
    told.at += 10 * MINUTE
    told.reports(trigger, "unsubscribed")
    told.consents(trigger.user, told.at - MINUTE, **{trigger.channel: True})
    assert not told.user(trigger.user).consent[trigger.channel]
    told.consents(trigger.user, told.at + MINUTE, **{trigger.channel: True})
    assert told.user(trigger.user).consent[trigger.channel]


def test_a_purchase_read_before_its_cart_keeps_the_timer_off() -> None:
    """No order is promised between topics: a cart that arrives after the purchase that followed it is not abandoned."""
    told = Story(ON_CART)
    told.consents("u", push=True, sms=True)
    carted = told.at
    told.at += MINUTE
    told.happens("u", "purchase", item="i1", price=500)
    told.happens("u", "add_to_cart", carted, item="i2", price=500)
    told.waits(60)
    assert told.decisions() == []


def test_a_purchase_before_the_cart_leaves_the_timer_on() -> None:
    """Read late, it does not answer what came after it."""
    told = Story(ON_CART)
    told.consents("u", push=True, sms=True)
    bought = told.at
    told.at += MINUTE
    told.happens("u", "add_to_cart", item="i2", price=500)
    told.happens("u", "purchase", bought, item="i1", price=500)
    told.waits(31)
    assert len(told.decisions()) == 1


def test_a_purchase_after_the_windows_end_does_not_count() -> None:
    """Also where the window closes later because a source was not read: W is fixed."""
    told = Story(on_favourite())
    trigger = told.sends()
    window = on_favourite().experiment.window
    told.at += window + MINUTE
    told.happens(trigger.user, "purchase", price=700)
    told.happens(trigger.user, "purchase", told.at - 2 * MINUTE, price=500)
    told.waits(1)
    closed = next(c for c in told.closed() if c.decision_id == trigger.trigger_id)
    assert closed.revenue == 500


def test_a_refunded_discount_is_not_realised() -> None:
    """Purchase and refund of the same order under the coupon leave the message's cost alone."""
    told = Story(on_favourite())
    trigger = next(t for t in (told.sends(user=f"v{n}-") for n in range(50)) if t.coupon)
    assert trigger.coupon
    told.happens(trigger.user, "purchase", price=20_000, coupon=trigger.coupon.code)
    told.happens(trigger.user, "refund", price=20_000, coupon=trigger.coupon.code)
    told.waits(3 * 60)
    closed = next(c for c in told.closed() if c.decision_id == trigger.trigger_id)
    assert closed.revenue == 0
    assert -10 <= closed.margin <= 0


def test_a_purchase_revokes_what_was_accepted_and_not_delivered_once() -> None:
    """Accepted is not sent; and a second purchase does not write the same revocation with another time."""
    told = Story(on_favourite())
    trigger = told.sends()
    told.reports(trigger, "accepted")
    told.happens(trigger.user, "purchase", price=500)
    told.at += MINUTE
    told.reports(trigger, "accepted")
    told.happens(trigger.user, "purchase", price=500)
    assert [t.trigger_id for t in told.triggers("revoke")] == [trigger.trigger_id]


def test_a_shadow_campaign_enrols_nobody_and_trains_nothing() -> None:
    """Neither of its arms is an arm: everything in it is a ghost that no result counts."""
    told = Story(on_favourite(state="shadow"))
    for number in range(20):
        told.consents(f"u{number}", push=True, sms=True)
        told.happens(f"u{number}", "favourite")
    told.waits(3 * 60)
    assert {d.result for d in told.decisions()} == {"ghost", "none"}
    assert all(c.ghost and c.shadow and not c.first for c in told.closed())


def test_the_programmes_holdout_is_no_arm_of_a_campaign() -> None:
    """Who gets nothing from any campaign is more often free to be written to, and never sees the others' messages."""
    told = Story(on_favourite(), settings=FoldSettings(coupon_key=bytes(32), global_holdout=1.0))
    for number in range(20):
        told.consents(f"u{number}", push=True, sms=True)
        told.happens(f"u{number}", "favourite")
    told.waits(3 * 60)
    assert any(d.result == "ghost" for d in told.decisions())
    assert all(c.ghost and c.programme and not c.first for c in told.closed())


def test_a_new_period_enrols_anew() -> None:
    """One value per user, campaign and period of at most 90 days; in its first window nobody enrols."""
    made = on_favourite(starts_at=START)
    told = Story(made)
    trigger = told.sends()
    user = trigger.user
    for days in (1, 89, 4, 2):
        told.waits(days * DAY)
        for _ in range(10):
            told.happens(user, "favourite")
            told.waits(DAY // 100)
    told.waits(DAY)
    firsts = [c.opened_at - START for c in told.closed() if c.first and c.user == user]
    assert len(firsts) == 2
    assert firsts[1] >= 90 * DAY * MINUTE + made.experiment.window


def test_the_waits_of_many_campaigns_leave_room_for_windows() -> None:
    """A window whose timer found no place would never close and block the customer for good."""
    told = Story(*(structs.replace(ON_CART, name=f"cart-{n}") for n in range(MAX_TIMERS + 4)), on_favourite())
    told.happens("u", "add_to_cart", price=500)
    told.consents("u", push=True, sms=True)
    for _ in range(MAX_OPEN):
        told.at += 1
        told.happens("u", "favourite")
    user = told.user("u")
    assert user.open
    assert all(f"close:{opened.id}" in user.timers for opened in user.open)


def test_a_timer_of_another_when_opens_nothing() -> None:
    """The campaign was changed meanwhile: what armed it is not what it waits for now."""
    told = Story(ON_CART)
    told.consents("u", push=True, sms=True)
    told.happens("u", "add_to_cart", price=500)
    changed = structs.replace(ON_CART, version=2, when=on_favourite().when)
    told.say("", CampaignsActivated((changed,), POLICIES, by="test", reason="test"))
    told.waits(31)
    assert told.decisions() == []


def test_reasons_say_what_is_known() -> None:
    """The timer may fire late, and a campaign without *unless* does not know what happened since."""
    told = Story(ON_CART, structs.replace(ON_CART, name="any", when=structs.replace(ON_CART.when, unless=())))
    told.consents("u", push=True, sms=True)
    told.happens("u", "add_to_cart", price=500)
    told.at += 40 * MINUTE
    told.happens("u", "view")
    told.waits(1)
    reasons = {d.campaign: d.reasons for d in told.decisions()}
    assert reasons == {
        "any@1": ("30m passed since add_to_cart",),
        "cart-rescue@1": ("30m passed since add_to_cart without purchase",),
    }


def test_a_risk_is_looked_at_once_for_all_campaigns_of_an_event() -> None:
    """Twins in the detector's training would weigh double."""
    told = Story(on_favourite("liked"), on_favourite("loved"))
    told.happens("u", "favourite")
    assert len(told.decisions()) == 2
    assert sum(output.topic == FRAUD_SAMPLES for output in told.outputs) == 1
    told.happens("u", "favourite")
    assert sum(output.topic == FRAUD_SAMPLES for output in told.outputs) == 2


def test_each_when_is_judged_by_the_profile_as_the_event_left_it() -> None:
    """What one campaign sends neither opens nor closes another's decision point at the same event."""
    unwritten = Condition(feature="contact.count_7d", op="==", value=0.0)
    told = Story(on_favourite("liked"), on_favourite("loved", when=When(event="favourite", where=unwritten)))
    user = told.sends().user
    assert [decision.campaign for decision in told.decisions() if decision.user == user] == ["liked@1", "loved@1"]
    told.happens(user, "favourite")
    assert told.decisions()[-1].campaign == "liked@1"
