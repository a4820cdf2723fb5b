"""Snapshots of the catalogue: what goes in comes out, and what is damaged is refused."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import decode_msgpack, encode_msgpack
from schemas.models import Array, ModelSnapshot
from streams.catalogue.item import UNCOUNTED, Item
from streams.catalogue.table import MAX_ITEMS, NAME, ItemTable, snapshot_of
from streams.folding import Refusal
from streams.models.snapshots import pack, seal
from streams.models.store import ModelStore
from tests.making.items import items_snapshot

MONEY = st.integers(-1, 10**12)
ITEMS = st.dictionaries(
    st.integers(0, 2**63 - 1),
    st.builds(
        Item,
        st.integers(0, 2**42),
        st.integers(0, 2**63 - 1),
        st.integers(0, 2**63 - 1),
        MONEY,
        MONEY,
        st.integers(-1, UNCOUNTED),
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=50, deadline=None)
@given(ITEMS)
def test_every_item_comes_out_of_a_snapshot_as_it_went_in(items: dict[int, Item]) -> None:
    """Over the wire, and in whatever order they were given."""
    sent = encode_msgpack(snapshot_of(items, 3))
    assert sent == encode_msgpack(snapshot_of(dict(reversed(items.items())), 3))
    table = ItemTable.from_snapshot(decode_msgpack(sent, ModelSnapshot))
    assert {mark: table.get(mark) for mark in items} == items
    assert len(table) == len(items)
    assert table.told_at(min(items)) == items[min(items)].at


def test_the_store_serves_a_snapshot_of_items_like_a_model() -> None:
    """By name, version and checksum; what features models read does not concern it."""
    store = ModelStore()
    made = msgspec.structs.replace(items_snapshot({"shoes": Item(5, price=3)}, 7), catalogue="0")
    store.add(made)
    assert isinstance(store.get(NAME, 7, made.sha256), ItemTable)
    assert store.trained_until(NAME, 7) == 5


GOOD = items_snapshot({"shoes": Item(5, price=3, cost=1), "socks": Item(6, stock=2)})


@pytest.mark.parametrize(
    "changed",
    [
        {"mark": pack(np.array([2, 1]))},
        {"mark": pack(np.array([1, 1]))},
        {"mark": pack(np.array([-5, 1]))},
        {"mark": pack(np.array([1.0, 2.0]))},
        {"mark": pack(np.array([1, 2, 3]))},
        {"price": pack(np.array([1]))},
        {"cost": pack(np.array([-2, 1]))},
        {"stock": pack(np.array([UNCOUNTED + 1, 1]))},
        {"stock": pack(np.array([[1], [1]]))},
        {"colour": pack(np.array([1, 1]))},
    ],
)
def test_a_snapshot_that_makes_no_items_is_refused(changed: dict[str, Array]) -> None:
    """Columns of other lengths, kinds or values, marks out of order."""
    with pytest.raises(Refusal, match="make no items"):
        ItemTable.from_snapshot(seal(msgspec.structs.replace(GOOD, arrays={**GOOD.arrays, **changed})))


def test_a_snapshot_holds_some_items_and_not_too_many() -> None:
    """As many as a message has room for."""
    with pytest.raises(ValueError, match="1 to 100,000 items, not 0"):
        snapshot_of({}, 1)
    many = dict.fromkeys(range(MAX_ITEMS + 1), Item(1))
    with pytest.raises(ValueError, match="100,001"):
        snapshot_of(many, 1)
    del many[0]
    assert len(encode_msgpack(snapshot_of(many, 1))) < 6_000_000
