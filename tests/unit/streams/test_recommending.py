"""Recommendations all the way: a model in force, a decision, the trigger that carries items, the words about it."""

import pytest
from msgspec import structs

from schemas.campaigns import Campaign, Offer
from schemas.decisions import Decision
from schemas.records import ItemTold
from streams.policy.explanation import explain
from streams.profiles.user import mark
from streams.recommend.serving.compiled import ServedItems
from tests.making.choices import choices, item, learned, snapshot
from tests.making.stories import Story, on_favourite

LEARNED = learned(choices(4, 1600))
RECOMMENDING = on_favourite(
    "more", kind="recommendation", offers=(Offer(id="more", kind="recommendation"),), channels=("push",)
)
COUPON = on_favourite("coupon", offers=(Offer(id="off", kind="amount", value=500),), channels=("push",))
BUNDLE = on_favourite("pair", kind="bundle", offers=(Offer(id="five", kind="percent", value=500),), channels=("push",))


def looked(told: Story, user: str = "u") -> None:
    """A customer looks at some items, and marks one."""
    told.consents(user, push=True)
    for number in (0, 2, 4):
        told.happens(user, "view", item=item(number), category="c0")
    told.happens(user, "favourite", item=item(6), category="c2")


def sent(told: Story) -> Decision:
    """The first decision that sent something; customers come until then."""
    for number in range(50):
        looked(told, f"u{number}")
        if told.triggers():
            return next(decision for decision in told.decisions() if decision.result == "sent")
    raise AssertionError("nobody was sent anything")


def test_a_trigger_carries_what_the_model_picks() -> None:
    """With the model's version; the decision says what was thought of, and ``explain`` shows it."""
    told = Story(RECOMMENDING)
    told.activates(snapshot(LEARNED, version=7))
    decision = sent(told)
    (trigger,) = told.triggers()
    assert trigger.offer is not None
    assert trigger.offer.items_model == "recommender@7"
    assert trigger.offer.items == tuple(one.item for one in decision.items if one.offered)
    assert len(trigger.offer.items) == 3
    assert not {item(number) for number in (0, 2, 4, 6)} & {one.item for one in decision.items}
    assert decision.versions["recommender"] == "7"
    text = explain(decision)
    assert "Items for the message (recommender 7)" in text
    assert all(one.item in text for one in decision.items)


@pytest.mark.parametrize(("campaign", "items"), [(RECOMMENDING, (item(6),)), (COUPON, ()), (BUNDLE, ())])
def test_without_a_model_everything_is_as_before(campaign: Campaign, items: tuple[str, ...]) -> None:
    """A recommendation carries what was looked at, a coupon is for everything; nothing is recorded of items."""
    told = Story(campaign)
    decision = sent(told)
    (trigger,) = told.triggers()
    assert trigger.offer is not None
    assert (trigger.offer.items, trigger.offer.items_model, decision.items) == (items, "", ())
    assert "Items for the message" not in explain(decision)


def test_a_coupon_for_everything_stays_one() -> None:
    """A model in force limits no offer that is not about items."""
    told = Story(COUPON)
    told.activates(snapshot(LEARNED))
    decision = sent(told)
    (trigger,) = told.triggers()
    assert trigger.offer is not None
    assert (trigger.offer.items, decision.items) == ((), ())


def test_a_ghost_is_thought_of_as_others_are() -> None:
    """In the shadow the decision says what would have been sent."""
    told = Story(structs.replace(RECOMMENDING, state="shadow"))
    told.activates(snapshot(LEARNED))
    for number in range(20):
        looked(told, f"u{number}")
    ghosts = [decision for decision in told.decisions() if decision.result == "ghost"]
    assert ghosts
    assert all(any(one.offered for one in ghost.items) for ghost in ghosts)
    assert all(not decision.items for decision in told.decisions() if decision.result == "none")
    assert told.triggers() == []


def test_what_was_bought_is_remembered_and_not_recommended() -> None:
    """The item that would have come first is bought; the next recommendation is without it."""
    told = Story(RECOMMENDING)
    told.activates(snapshot(LEARNED))
    first = sent(told)
    best = first.items[0].item
    told.consents("v", push=True)
    told.happens("v", "purchase", item=best, category="c0")
    looked(told, "v")
    for _ in range(30):
        told.happens("v", "favourite", item=item(6), category="c2")
    mine = [one for decision in told.decisions() if decision.user == "v" for one in decision.items if one.item == best]
    assert mine
    assert {(one.offered, one.held_back) for one in mine} == {(False, "just bought")}


def carted(told: Story, number: int, user: str) -> None:
    """A customer puts one item into the cart, and marks it."""
    told.consents(user, push=True)
    told.happens(user, "add_to_cart", item=item(number), category="c0", price=9000)
    told.happens(user, "favourite", item=item(number), category="c0")


def test_a_bundle_is_offered_where_there_is_one() -> None:
    """Its trigger is limited to what goes together; where nothing does, the last gate says no."""
    served = ServedItems.from_snapshot(snapshot(LEARNED))
    ruled = [number for number in range(24) if served.bundle([mark(item(number))], frozenset())]
    told = Story(BUNDLE)
    told.activates(snapshot(LEARNED))
    for turn in range(40):
        carted(told, ruled[0], f"u{turn}")
    offers = [trigger.offer for trigger in told.triggers() if trigger.offer is not None]
    assert offers
    assert all(offer.items[0] == item(ruled[0]) and len(offer.items) > 1 for offer in offers)
    carted(told, 99, "v")
    last = told.decisions()[-1]
    assert (last.result, last.gates[-1].name, last.items) == ("refused", "bundle_found", ())
    assert "others ordered with something else" in explain(last)


def test_what_the_catalogue_says_is_gone_is_not_recommended() -> None:
    """By the word that stands in the log then; the next best takes its place, and ``explain`` says why."""
    told = Story(RECOMMENDING)
    told.activates(snapshot(LEARNED))
    best = sent(told).items[0].item
    told.say("", ItemTold(best, told.at, False, stock=0))
    told.consents("v", push=True)
    for _ in range(30):
        looked(told, "v")
    mine = [decision for decision in told.decisions() if decision.user == "v" and decision.items]
    assert mine
    assert all(decision.items[0].held_back == "out of stock" for decision in mine)
    offers = [trigger.offer for trigger in told.triggers() if trigger.user == "v" and trigger.offer]
    assert offers
    assert all(best not in offer.items and len(offer.items) == 3 for offer in offers)
    assert "out of stock" in explain(mine[0])
