import heapq

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.intake.merge import Input, Merge, rank

SETTLE = 200
SOURCES: list[Input] = [("clicks", 0), ("browses", 1), ("browses", 0), ("purchases", 0), ("privacy-requests", 3)]
TIMES = st.lists(st.integers(0, 40), max_size=12)
QUEUES = st.lists(TIMES, min_size=len(SOURCES), max_size=len(SOURCES))
Item = tuple[Input, int]


def merge_of(queues: list[list[int]]) -> Merge[Item]:
    """A merge that holds these times, each item being its input and place in it."""
    merge: Merge[Item] = Merge(SETTLE)
    merge.own(SOURCES)
    for source, times in zip(SOURCES, queues, strict=True):
        for place, time in enumerate(times):
            merge.add(source, time, (source, place))
    return merge


def drain(merge: Merge[Item], now: int = 0) -> None:
    """Tell that every input is at its end."""
    for source in SOURCES:
        merge.drained(source, now)


@given(queues=QUEUES)
def test_drained_inputs_that_are_in_order_leave_in_order(queues: list[list[int]]) -> None:
    """It equals a merge by (time, rank): the order in which a replay feeds the same events."""
    queues = [sorted(times) for times in queues]
    merge = merge_of(queues)
    drain(merge)
    released = [(time, rank(source), item[1]) for source, time, item in merge.release(SETTLE)]
    expected = [
        [(time, rank(source), place) for place, time in enumerate(times)]
        for source, times in zip(SOURCES, queues, strict=True)
    ]
    assert released == list(heapq.merge(*expected))
    assert merge.idle(SETTLE)


@given(queues=QUEUES)
def test_nothing_is_lost_and_every_input_keeps_its_order(queues: list[list[int]]) -> None:
    """Also where the input itself is out of order."""
    merge = merge_of(queues)
    drain(merge)
    released = [item for _, _, item in merge.release(SETTLE)]
    for source, times in zip(SOURCES, queues, strict=True):
        assert [place for of, place in released if of == source] == list(range(len(times)))


@given(queues=QUEUES, steps=st.lists(st.sampled_from(SOURCES)), data=st.data())
def test_how_the_inputs_arrive_changes_nothing(
    queues: list[list[int]], steps: list[Input], data: st.DataObject
) -> None:
    """Ordered inputs, delivered in any interleaving with releases between, leave in the same order."""
    queues = [sorted(times) for times in queues]
    whole = merge_of(queues)
    drain(whole)
    expected = whole.release(SETTLE)
    merge: Merge[Item] = Merge(SETTLE)
    merge.own(SOURCES)
    left = {source: list(enumerate(times)) for source, times in zip(SOURCES, queues, strict=True)}
    released = []
    for source in [*steps, *data.draw(st.permutations(SOURCES * 12))]:
        if left[source]:
            place, time = left[source].pop(0)
            merge.add(source, time, (source, place))
        released += merge.release(0)
    drain(merge)
    assert released + merge.release(SETTLE) == expected


def test_an_input_that_may_deliver_more_holds_the_others() -> None:
    """Until it has something, or has been drained for the settling time."""
    merge = merge_of([[5], [], [], [], []])
    for source in SOURCES[1:4]:
        merge.drained(source, 0)
    assert merge.release(10_000) == []
    merge.drained(SOURCES[4], 10_000)
    assert merge.release(10_000 + SETTLE - 1) == []
    assert [time for _, time, _ in merge.release(10_000 + SETTLE)] == [5]


def test_a_message_ends_an_input_s_rest() -> None:
    """After it, the input must be seen drained anew."""
    merge = merge_of([[], [], [], [], []])
    drain(merge)
    assert merge.idle(SETTLE)
    merge.add(("clicks", 0), 7, (("clicks", 0), 0))
    assert [time for _, time, _ in merge.release(SETTLE)] == [7]
    assert not merge.idle(SETTLE)
    merge.add(("browses", 0), 9, (("browses", 0), 0))
    assert merge.release(SETTLE) == []
    assert merge.held(("browses", 0)) == 1


def test_a_lost_input_takes_its_items_along() -> None:
    """Its new owner reads them again; the rest goes on."""
    merge = merge_of([[5], [6], [], [], []])
    merge.own([("browses", 1)])
    merge.drained(("browses", 1), 0)
    assert [time for _, time, _ in merge.release(SETTLE)] == [6]


@pytest.mark.parametrize("source", [("control", 0), ("user-log", 0)])
def test_topics_without_an_event_time_are_not_merged(source: Input) -> None:
    """A topic that has no place in the order is a mistake of the caller."""
    with pytest.raises(ValueError, match="tuple"):
        Merge[int](SETTLE).own([source])
