"""What ``decide`` reports of entities, and what it does about rings."""

from msgspec import structs

from schemas.codec import decode_json, decode_msgpack
from schemas.events import OrderLine
from schemas.fraud import EntitySighting, FraudAlert
from schemas.records import HistoryHanded, RingFound
from schemas.topics import ENTITY_SIGHTINGS, FRAUD_ALERTS
from streams.fraud.rings.membership import FADES, alarm
from streams.fraud.risk import assess
from streams.profiles.linking import hand_over
from streams.profiles.observing import DAY
from streams.profiles.user import MAX_SIGHTED
from streams.rings import REPORTED_AGAIN
from tests.making.stories import EVERYBODY, ON_CART, Story, on_favourite
from tests.unit.streams.test_identity import Shop

RING = RingFound("r17", 41, 0.94, 6, {"device": 4, "payment": 5}, ("u", "elsewhere"))


def sightings(story: Story) -> list[EntitySighting]:
    """What was reported so far."""
    return [decode_msgpack(o.value, EntitySighting) for o in story.outputs if o.topic == ENTITY_SIGHTINGS]


def alerts(story: Story) -> list[FraudAlert]:
    """Who was told a person of so far."""
    return [decode_json(o.value, FraudAlert) for o in story.outputs if o.topic == FRAUD_ALERTS]


def test_a_device_is_reported_when_it_is_first_seen() -> None:
    """And not again with every view."""
    story = Story()
    for device in ("d-1", "d-1", "d-2", "d-1"):
        story.happens("u", "view", device=device)
    assert [[kind for kind, _ in s.seen] for s in sightings(story)] == [["device"], ["device"]]


def test_orders_report_what_is_news() -> None:
    """Device, address and means of payment, hashed, in one record; the same order again reports nothing."""
    story = Story()
    for _ in range(2):
        story.happens("u", "purchase", device="d-1", address="a-1", payment="p-1")
    (one,) = sightings(story)
    assert [kind for kind, _ in one.seen] == ["device", "address", "payment"]
    assert len({entity for _, entity in one.seen}) == 3


def test_a_self_referral_comes_back_in_words() -> None:
    """Once round all folds: who redeems on the phone of the customer who gave it is found, and a person is told."""
    shop = Shop()
    shop.happens("shops", 0, "view", device_id="my-phone")
    lines = (OrderLine(item_id="i"),)
    shop.happens("shops", 1, "purchase", device_id="my-phone", order_id="o", lines=lines, referred_by="u0")
    shop.happens("shops", 2, "purchase", device_id="friends-phone", order_id="o", lines=lines, referred_by="u0")
    reasons = [assess({}, (), None, alarm(shop.user(f"u{who}").ring, shop.at)).reasons for who in range(3)]
    words = "ring r1: 2 linked accounts, one device is used by 2, self-referral: 1 redeemed what one of them gave"
    assert reasons == [(words,), (words,), ()]


def test_a_visitor_is_no_account() -> None:
    """A phone whose cookie is deleted every day is one person's: nine visitors on it make no ring."""
    story = Story()
    for number in range(9):
        story.happens(f"cookie{number}", "view", device="my-phone", stable=False)
        story.happens(f"cookie{number}", "purchase", device="my-phone", payment="p-1", stable=False)
    assert sightings(story) == []


def test_a_device_that_a_visitor_used_is_the_customers() -> None:
    """Whoever is linked is reported with it at once, under the hash that everybody's has, and not again."""
    story = Story()
    story.happens("v", "view", device="d-1", stable=False)
    story.say("u", HistoryHanded("e1", hand_over(story.user("v"))))
    story.happens("u", "view", device="d-1")
    story.happens("w", "view", device="d-1")
    assert [s.user for s in sightings(story)] == ["u", "w"]
    assert sightings(story)[0].seen == sightings(story)[1].seen


def test_the_same_thing_has_the_same_hash_for_everybody() -> None:
    """Or nobody would ever share anything; a device and an address of one name stay two things."""
    story = Story()
    story.happens("u", "purchase", device="x", address="x")
    story.happens("v", "purchase", device="x")
    (mine, theirs) = sightings(story)
    assert theirs.seen == mine.seen[:1]
    assert mine.seen[0][1] != mine.seen[1][1]


def test_what_is_still_true_is_reported_again_before_it_expires() -> None:
    """Once in thirty days, at an order."""
    story = Story()
    story.happens("u", "purchase", address="a-1")
    story.at += REPORTED_AGAIN * DAY
    story.happens("u", "purchase", address="a-1")
    assert [s.seen for s in sightings(story)] == [sightings(story)[0].seen] * 2


def test_a_profile_remembers_few_reports() -> None:
    """The newest: whoever orders to ever new addresses has a profile as small as anybody's."""
    story = Story()
    for number in range(3 * MAX_SIGHTED):
        story.happens("u", "purchase", address=f"a-{number}")
    assert len(story.user("u").sighted) == MAX_SIGHTED


def test_a_ring_raises_the_risk_and_tells_a_person_at_once() -> None:
    """In words and counts; members whom this partition does not know are not made up."""
    story = Story()
    story.happens("u", "view")
    story.say("", RING)
    (alert,) = alerts(story)
    assert alert.risk >= 0.94
    assert alert.reasons == ("ring r17: 6 linked accounts, one device is used by 4, one means of payment is used by 5",)
    assert story.fold.users.get("elsewhere") is None


def test_a_ring_is_looked_at_though_a_timer_fired_just_before_it() -> None:
    """The risk that the timer's decision was given knew nothing of the ring that comes with the same record."""
    story = Story(ON_CART, settings=structs.replace(EVERYBODY, timers_per_record=1))
    for user in ("a", "u"):
        story.happens(user, "add_to_cart")
        story.at += 1
    story.waits(31)
    assert len(story.decisions()) == 1
    story.say("", RING)
    assert len(story.decisions()) == 2
    assert [alert.user for alert in alerts(story)] == ["u"]


def test_a_ring_is_refused_by_the_gate() -> None:
    """Its accounts get no promotion where the campaign bounds the risk."""
    story = Story(on_favourite())
    story.consents("u", push=True)
    story.say("", RING)
    story.happens("u", "favourite")
    (decision,) = story.decisions()
    assert (decision.result, decision.gates[-1].name) == ("refused", "fraud_risk")
    assert decision.risk_reasons[0].startswith("ring r17")


def test_whom_chance_lets_pass_enrols_in_no_experiment() -> None:
    """The closing carries the risk that was known and the chance, and is no first would-send of anybody."""
    story = Story(on_favourite(per_user=None), settings=structs.replace(EVERYBODY, pass_share=1.0))
    story.consents("u", push=True)
    story.say("", RING)
    while not story.triggers():
        story.happens("u", "favourite")
        story.waits(1)
    story.waits(3 * 1440)
    assert {(one.first, one.pass_probability) for one in story.closed()} == {(False, 1.0)}
    assert min(one.risk for one in story.closed()) > 0.9


def test_what_was_told_can_be_taken_back_and_fades() -> None:
    """A score of 0 clears the mark; one that was not told again for 90 days counts no more."""
    story = Story(on_favourite())
    story.consents("u", push=True)
    story.say("", RING)
    story.say("", RingFound("r17", 42, 0.0, 0, {}, ("u",)))
    story.happens("u", "favourite")
    story.say("", RING)
    story.at += FADES + 1
    story.happens("u", "favourite")
    assert [decision.risk < 0.5 for decision in story.decisions()] == [True, True]
