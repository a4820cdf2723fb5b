"""Which of the items that a model names a trigger carries."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from streams.catalogue.item import Item, ItemChange
from streams.catalogue.items import NO_WORD, Items
from streams.features.values import View
from streams.profiles.observing import DAY
from streams.profiles.user import CartLine, User, mark
from streams.recommend.serving.compiled import ServedItems
from streams.recommend.serving.picking import JUST_BOUGHT, OFFERED, Picked, pick, pick_bundle
from tests.making.choices import choices, item, learned, snapshot

NOW = 100 * DAY
SERVED = ServedItems.from_snapshot(snapshot(learned(choices(4, 1600))))


def looking(*session: int, cart: tuple[int, ...] = (), bought: tuple[int, ...] = (), days: int = 1) -> View:
    """A customer amid a session, who bought something ``days`` ago."""
    user = User(
        events=1,
        last_seen=NOW,
        session_started=NOW,
        session_items={mark(item(one)): 1 for one in session},
        cart={mark(item(one)): CartLine(1, 500) for one in cart},
        bought=[mark(item(one)) for one in bought],
        last_purchase=NOW - days * DAY,
    )
    return View(user, NOW)


def catalogue(known: Mapping[str, Item]) -> Items:
    """A catalogue that knows these."""
    numbers = {one: ItemChange(1, price=of.price, cost=of.cost, stock=of.stock) for one, of in known.items()}
    return Items({mark(one): change for one, change in numbers.items()})


def picked(view: View, on: Items = NO_WORD) -> Picked:
    """What a recommendation would carry."""
    return pick(replace(view, items=on), SERVED)


def test_the_best_that_are_new_to_the_customer() -> None:
    """As many as a message has room for, the best first, with the scores that they have; nothing that is known."""
    found = picked(looking(0, 2, cart=(4, 6)))
    assert found.items == tuple(one.item for one in found.candidates if one.offered)
    assert len(found.items) == OFFERED < len(found.candidates)
    assert [one.score for one in found.candidates] == sorted((one.score for one in found.candidates), reverse=True)
    assert not {item(0), item(2), item(4), item(6)} & {one.item for one in found.candidates}


def test_what_was_just_bought_is_not_offered() -> None:
    """For a month, and the record says so."""
    first = picked(looking(0, 2)).items[0]
    number = int(first.removeprefix("i-"))
    found = picked(looking(0, 2, bought=(number,)))
    assert found.candidates[0].item == first not in found.items
    assert found.candidates[0].held_back == "just bought"
    assert picked(looking(0, 2, bought=(number,), days=JUST_BOUGHT // DAY)).items[0] == first


@pytest.mark.parametrize(
    ("known", "why"), [(Item(1, stock=0), "out of stock"), (Item(1, price=100, cost=200), "without margin")]
)
def test_what_cannot_be_sold_well_is_not_offered(known: Item, why: str) -> None:
    """Where the catalogue knows; another item takes its place."""
    first, *_ = picked(looking(0, 2)).items
    found = picked(looking(0, 2), on=catalogue({first: known}))
    assert len(found.items) == OFFERED
    assert (first in found.items, found.candidates[0].held_back) == (False, why)


def test_a_rich_margin_comes_before_a_little_more_chance() -> None:
    """Expected margin ranks what the catalogue knows; without it the chance does."""
    first, second, _ = picked(looking(0, 2)).items
    rich = {first: Item(1, price=101, cost=100), second: Item(1, price=20_000, cost=100)}
    assert picked(looking(0, 2), on=catalogue(rich)).items[0] == second


def test_a_bundle_is_something_of_the_cart_and_what_is_ordered_with_it() -> None:
    """It holds the item that it begins with; where that is out of stock, or nothing goes with it, there is none."""
    anchor = next(number for number in range(24) if SERVED.bundle([mark(item(number))], frozenset()))
    found = pick_bundle(looking(cart=(anchor,)), SERVED)
    assert found.items[0] == item(anchor)
    assert len(found.items) > 1
    gone = replace(looking(cart=(anchor,)), items=catalogue({item(anchor): Item(1, stock=0)}))
    assert pick_bundle(gone, SERVED).items == ()
    assert pick_bundle(looking(), SERVED) == Picked()
    others = tuple(int(one.removeprefix("i-")) for one in found.items[1:])
    later = pick_bundle(looking(cart=(anchor,), bought=others), SERVED)
    assert not {*found.items[1:]} & {*later.items}


def test_who_is_unknown_is_shown_what_is_popular() -> None:
    """No session, no cart, no interests: there is something for everybody."""
    assert len(picked(looking()).items) == OFFERED
