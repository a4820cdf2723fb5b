"""The laws of looking items up."""

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.catalogue.item import OUT, Item, ItemChange
from streams.catalogue.items import MAX_CHANGED, Items
from streams.catalogue.table import NO_ITEMS
from streams.profiles.user import mark
from tests.making.items import item_table

SHOES = mark("shoes")
TABLE = item_table({"shoes": Item(100, 7, 8, 40_000, 25_000, 3)})

FIELD = st.none() | st.integers(-1, 5)
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["shoes", "socks"]),
        st.builds(ItemChange, st.integers(90, 110), FIELD, FIELD, FIELD, FIELD, FIELD),
    ),
    max_size=12,
)


def test_what_was_told_since_stands_over_the_snapshot() -> None:
    """Of each field the last word holds; what a change does not name stays as the snapshot says."""
    items = Items({}, TABLE)
    assert items.tell(SHOES, ItemChange(110, stock=OUT)) == "taken"
    assert items.tell(SHOES, ItemChange(120, price=30_000)) == "taken"
    assert items.get(SHOES) == Item(120, 7, 8, 30_000, 25_000, OUT)
    assert items.get(mark("hat")) is None


def test_an_item_may_be_told_of_without_any_snapshot() -> None:
    """Whatever is not said of it is unknown."""
    items = Items({})
    items.tell(SHOES, ItemChange(5, price=100))
    assert items.get(SHOES) == Item(5, price=100)


def test_an_older_word_changes_nothing() -> None:
    """Neither one that is older than the snapshot's nor one that is older than what was told since."""
    items = Items({}, TABLE)
    assert items.tell(SHOES, ItemChange(100, stock=9)) == "late"
    items.tell(SHOES, ItemChange(130, stock=9))
    assert items.tell(SHOES, ItemChange(129, stock=OUT)) == "late"
    assert items.get(SHOES) == Item(130, 7, 8, 40_000, 25_000, 9)


def test_a_later_snapshot_replaces_what_it_knows_and_leaves_what_is_newer() -> None:
    """A change from before it is forgotten; one from after it keeps its fields over the new costs."""
    changes: dict[int, ItemChange] = {}
    items = Items(changes, TABLE)
    items.tell(SHOES, ItemChange(110, stock=OUT))
    items.tell(mark("socks"), ItemChange(150, stock=OUT))
    later = item_table({"shoes": Item(120, 7, 8, 40_000, 26_000, 8), "socks": Item(120, 1, 0, 500, 90, 8)})
    items = Items(changes, later)
    items.settle()
    assert list(changes) == [mark("socks")]
    assert items.get(SHOES) == Item(120, 7, 8, 40_000, 26_000, 8)
    assert items.get(mark("socks")) == Item(150, 1, 0, 500, 90, OUT)


@settings(max_examples=200, deadline=None)
@given(CHANGES, st.integers(0, 12))
def test_forgetting_what_a_snapshot_knows_changes_no_answer(told: list[tuple[str, ItemChange]], at: int) -> None:
    """``settle`` anywhere is a matter of room only."""
    plain, settled = Items({}, TABLE), Items({}, TABLE)
    for number, (name, change) in enumerate(told):
        fates = {items.tell(mark(name), change) for items in (plain, settled)}
        assert len(fates) == 1
        if number == at:
            settled.settle()
        for seen in ("shoes", "socks"):
            assert plain.get(mark(seen)) == settled.get(mark(seen))


def test_changes_are_capped_and_the_one_told_of_longest_ago_falls_back_to_the_snapshot() -> None:
    """However many items move between two snapshots."""
    changes: dict[int, ItemChange] = {}
    items = Items(changes, TABLE)
    items.tell(SHOES, ItemChange(110, stock=OUT))
    fates = [items.tell(number, ItemChange(number, stock=1)) for number in range(1, MAX_CHANGED + 1)]
    assert len(changes) == MAX_CHANGED
    assert fates[-2:] == ["taken", "crowding"]
    assert items.get(SHOES) == Item(100, 7, 8, 40_000, 25_000, 3)
    items.tell(1, ItemChange(MAX_CHANGED, stock=2))
    items.tell(MAX_CHANGED + 1, ItemChange(MAX_CHANGED, stock=1))
    assert (1 in changes, 2 in changes) == (True, False)


def test_margins_are_known_where_price_and_cost_are() -> None:
    """At a loss they are negative; a gift has none."""
    assert (Item(1, price=400, cost=300).margin, Item(1, price=400, cost=300).margin_rate) == (100, 0.25)
    assert (Item(1, price=200, cost=300).margin, Item(1, price=200, cost=300).margin_rate) == (-100, -0.5)
    assert (Item(1, price=0, cost=30).margin, Item(1, price=0, cost=30).margin_rate) == (-30, None)
    for unknown in (Item(1), Item(1, price=5), Item(1, cost=5)):
        assert (unknown.margin, unknown.margin_rate) == (None, None)
    assert [Item(1, stock=stock).is_out for stock in (-1, 0, 1)] == [False, True, False]


def test_nothing_is_known_before_a_snapshot() -> None:
    """An empty table is a table."""
    assert (len(NO_ITEMS), NO_ITEMS.get(SHOES), NO_ITEMS.told_at(SHOES)) == (0, None, -1)
