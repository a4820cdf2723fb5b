"""What the served recommender keeps and publishes: bounded by its capacity, not by how much was chosen."""

import numpy as np
import pytest

from schemas.codec import encode_msgpack
from schemas.items import ChosenItem, ItemsChosen
from schemas.origins import Origin
from streams.choices import MOST_LINES
from streams.profiles.user import MAX_INTERESTS, mark
from streams.recommend.serving import choices as serving
from streams.recommend.serving.bundles import MOST_RULES
from streams.recommend.serving.choices import MOST_ITEMS, MOST_PAIRS, MOST_SOURCES, PARTNERS, Choices
from streams.recommend.serving.context import CONTEXT_ITEMS
from streams.recommend.serving.known import Category, Item, Source
from streams.recommend.serving.liked import MAX_TEXT
from streams.recommend.serving.published import arrays_of
from tests.making.choices import choices as made
from tests.making.choices import learned

MOST_BYTES = 4 << 20


def full() -> Choices:
    """Everything at its cap, by hand: every item in a category of its own, each id as long as may be."""
    known, random = Choices(), np.random.default_rng(1)
    for number in range(MOST_ITEMS):
        text = f"{number:0{MAX_TEXT}d}"
        known.liked.items.add(mark(text), Item(number, text, number + 1, number, 1.0, 40))
        known.liked.categories.add(number + 1, Category(number, 1, 1.0))
    keys = [key for key, _ in known.liked.items.entries()]
    for key, item in known.liked.items.entries():
        item.together = {
            keys[other]: 30 for other in random.integers(MOST_ITEMS, size=3).tolist() if keys[other] != key
        }
    for number in range(MOST_SOURCES):
        partners = random.choice(MOST_ITEMS, PARTNERS, replace=False).tolist()
        known.sources.add(number, Source(number, {keys[other]: 1.0 for other in partners}))
    known.state.total, known.state.orders = float(MOST_ITEMS), 10**6
    return known


def test_a_version_is_at_most_4_mb() -> None:
    """At every cap at once, rules included."""
    arrays = arrays_of(full())
    assert len(arrays["rule_items"]) == MOST_RULES
    assert len(arrays["partners"]) == MOST_SOURCES * PARTNERS
    assert sum(values.nbytes for values in arrays.values()) <= MOST_BYTES


@pytest.mark.parametrize("count", [400, 2_000])
def test_what_is_known_of_items_does_not_grow(count: int) -> None:
    """Many more items than there is room for: rows, partners and categories stay within their caps."""
    known = learned(made(6, count, items=300), most_items=20, most_sources=30)
    assert (len(known.liked.items), len(known.sources), len(known.liked.slots)) == (20, 30, 20)
    assert sorted(row.slot for _, row in known.liked.items.entries()) == list(range(20))
    assert max(len(row.partners) for _, row in known.sources.entries()) <= PARTNERS
    assert max(len(row.together) for _, row in known.liked.items.entries()) <= PARTNERS
    assert sum(row.items for _, row in known.liked.categories.entries()) == 20
    weights = sum(row.weight for _, row in known.liked.items.entries())
    assert weights == pytest.approx(known.state.total)
    assert weights == pytest.approx(sum(row.weight for _, row in known.liked.categories.entries()))


def test_pairs_leave_in_turn() -> None:
    """Those chosen longest ago, so that a table of them never grows."""
    known = Choices()
    for number in range(3 * MOST_PAIRS // 2):
        known._is_first(number)
    assert len(known.pairs) == MOST_PAIRS
    assert known._is_first(0)
    assert not known._is_first(3 * MOST_PAIRS // 2 - 1)


def test_a_partner_of_many_keeps_the_strongest() -> None:
    """Who came often stays, whoever comes once more."""
    counts: dict[int, int] = {}
    for often in range(3):
        for _ in range(5):
            serving._raise(counts, often, 1)
    for once in range(100, 200):
        serving._raise(counts, once, 1)
    assert len(counts) == PARTNERS
    assert {often: counts[often] for often in range(3)} == dict.fromkeys(range(3), 5)


def test_a_choice_is_told_in_one_kilobyte() -> None:
    """Of a fully laden customer's order; ids of 64 bytes."""
    seen = ItemsChosen(
        origin=Origin("user-log", 9999, 10**12, 9),
        at=2**41,
        kind="purchase",
        chosen=tuple(ChosenItem("x" * MAX_TEXT, 2**62 + n, 2**62) for n in range(MOST_LINES)),
        beside=tuple(2**62 + n for n in range(CONTEXT_ITEMS)),
        interests=tuple((2**62 + n, 0.1) for n in range(MAX_INTERESTS)),
    )
    assert len(encode_msgpack(seen)) <= 1024
