import numpy as np

from streams.recommend.recommender import UNKNOWN
from streams.recommend.slots import FREE, Slots


def test_those_longest_unseen_make_room_a_tenth_at_once() -> None:
    """Twenty ids; the first is seen again; the newcomer takes the place of the next two, and one slot is left free."""
    slots = Slots(np.full(20, UNKNOWN), np.array([FREE]))
    assert [slots.take(100 + number)[0] for number in range(20)] == list(range(20))
    assert slots.take(100)[0] == 0
    slot, gone = slots.take(200)
    assert gone.tolist() == [1, 2]
    assert slot in gone
    assert (slots.slot(101), slots.slot(102), slots.slot(100)) == (UNKNOWN, UNKNOWN, 0)
    assert len(slots) == 19
    second, gone = slots.take(201)
    assert (sorted([slot, second]), gone.tolist()) == ([1, 2], [])
    assert len(np.unique(slots.keys())) == len(slots) == 20
