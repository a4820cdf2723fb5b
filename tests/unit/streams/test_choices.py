"""What ``decide`` tells of items that customers choose."""

from schemas.codec import decode_msgpack
from schemas.items import ItemsChosen
from schemas.records import LineTaken
from schemas.topics import ITEM_CHOICES
from streams.choices import MOST_A_MINUTE, MOST_LINES, MOST_SESSION_EVENTS, QUARANTINE
from streams.profiles.user import mark
from tests.making.logs import MINUTE
from tests.making.stories import Story


def reported(story: Story) -> list[ItemsChosen]:
    """The choices among the outputs."""
    return [decode_msgpack(output.value, ItemsChosen) for output in story.outputs if output.topic == ITEM_CHOICES]


def test_a_choice_is_told_with_what_came_before_it() -> None:
    """The items of cart and session, the latest first, and the shares of interests as they were before the choice."""
    told = Story()
    told.happens("u", "view", item="i1", category="shoes")
    told.happens("u", "view", item="i2", category="hats")
    told.happens("u", "add_to_cart", item="i3", category="hats")
    told.at += MINUTE
    told.happens("u", "favourite", item="i4", category="")
    first, second = reported(told)
    (hat,), (other,) = first.chosen, second.chosen
    assert (first.kind, hat.item, hat.category, first.at) == ("add_to_cart", "i3", mark("hats"), told.at - MINUTE)
    assert first.beside == (mark("i2"), mark("i1"))
    assert dict(first.interests) == {mark("shoes"): 0.5, mark("hats"): 0.5}
    assert (other.item, other.category, second.beside) == ("i4", 0, (mark("i3"), mark("i2"), mark("i1")))
    assert dict(second.interests)[mark("hats")] > 0.8


def test_an_order_is_told_at_once() -> None:
    """All its lines, as far as a bundle can be: eight of them."""
    told = Story()
    lines = tuple(LineTaken(f"i{n}", "" if n else "hats", 1, 500) for n in range(MOST_LINES + 3))
    told.happens("u", "purchase", category="shoes", lines=lines)
    (seen,) = reported(told)
    assert [(one.item, one.category) for one in seen.chosen[:2]] == [("i0", mark("hats")), ("i1", mark("shoes"))]
    assert len(seen.chosen) == MOST_LINES


def test_looking_is_no_choice() -> None:
    """Views, clicks, searches, removals, refunds: nothing is written for what happens all the time."""
    told = Story()
    told.happens("u", "add_to_cart", item="i1")
    for kind in ("view", "click", "search", "review", "remove_from_cart", "refund"):
        told.happens(
            "u", kind, item="i1", category="c", lines=(LineTaken("i1", "c", 1, 5),) if kind == "refund" else ()
        )
    told.happens("u", "favourite", item="")
    assert len(reported(told)) == 1


def test_more_of_the_same_is_no_choice() -> None:
    """A second piece of what lies in the cart says nothing new; put back and taken again, it does."""
    told = Story()
    for kind in ("add_to_cart", "add_to_cart", "remove_from_cart", "remove_from_cart", "add_to_cart"):
        told.happens("u", kind, item="i1", quantity=1)
    assert len(reported(told)) == 2


def test_what_is_redriven_is_not_told() -> None:
    """Its moment has gone."""
    told = Story()
    told.happens("u", "add_to_cart", item="i1", redriven=True)
    assert reported(told) == []


def test_a_robot_teaches_little() -> None:
    """However long it goes on, one session of it has so many choices."""
    told = Story()
    for number in range(MOST_SESSION_EVENTS + 50):
        told.happens("bot", "favourite", item=f"i{number}")
    assert len(reported(told)) == MOST_SESSION_EVENTS
    told.at += 31 * MINUTE
    told.happens("bot", "favourite", item="i0")
    assert len(reported(told)) == MOST_SESSION_EVENTS + 1


def test_a_busy_shop_tells_so_many_choices_a_minute() -> None:
    """What learn has to take in does not grow with the shop; the next minute has room again."""
    told = Story()
    told.at += MINUTE - told.at % MINUTE
    for number in range(MOST_A_MINUTE + 5):
        told.happens(f"u{number}", "favourite", item="i1")
    assert len(reported(told)) == MOST_A_MINUTE
    told.at += MINUTE
    told.happens("u", "favourite", item="i1")
    assert len(reported(told)) == MOST_A_MINUTE + 1


def test_who_raised_an_alarm_teaches_nothing_for_a_while() -> None:
    """Quarantine: somebody may be told of the customer by this very order."""
    told = Story()
    for number in range(12):
        told.happens("u", "purchase", item=f"i{number}", coupon="C", lines=(LineTaken(f"i{number}", "c", 1, 500),))
    alarmed = told.user("u").alerted_at
    assert alarmed
    count = len(reported(told))
    assert count < 12
    told.at = alarmed + QUARANTINE - MINUTE
    told.happens("u", "favourite", item="i1")
    assert len(reported(told)) == count
    told.at = alarmed + QUARANTINE
    told.happens("u", "favourite", item="i1")
    assert len(reported(told)) == count + 1


def test_a_session_of_long_ago_tells_nothing() -> None:
    """Beside a choice weeks later stands what is in the cart, and no view of then."""
    told = Story()
    told.happens("u", "add_to_cart", item="i1")
    told.happens("u", "view", item="i2")
    told.at += 14 * 1440 * MINUTE
    told.happens("u", "favourite", item="i3")
    assert reported(told)[-1].beside == (mark("i1"),)


def test_who_chose_is_not_told_and_a_repeat_is() -> None:
    """One customer with one item is always the same pair, another customer or item another; tokens stand nowhere."""
    told = Story()
    for user, item in (("u-token", "i1"), ("u-token", "i2"), ("v-token", "i1"), ("u-token", "i1")):
        told.happens(user, "favourite", item=item)
    pairs = [seen.chosen[0].pair for seen in reported(told)]
    assert pairs[3] == pairs[0]
    assert len({*pairs}) == 3
    assert not any(b"token" in output.value + output.key for output in told.outputs if output.topic == ITEM_CHOICES)
