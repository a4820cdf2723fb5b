from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from schemas.records import WatermarkReached
from schemas.topics import BROWSES, CLICKS
from streams.intake.watermarks import GAP_STEPS, Watermarks

MINUTE = 60_000


def watermarks() -> Watermarks:
    """Of a worker that owns browses 2 and 5 of 8, and clicks 1 of 4."""
    marks = Watermarks(MINUTE)
    marks.own({BROWSES: {5, 2}, CLICKS: {1}}, {BROWSES: 8, CLICKS: 4})
    return marks


def test_a_source_is_told_of_when_all_its_partitions_are_known() -> None:
    """One that has not been heard of may hold anything."""
    marks = watermarks()
    marks.saw(BROWSES, 2, 1000)
    marks.saw(CLICKS, 1, 900)
    assert [record.origin.source for record in marks.tell(2000)] == ["watermark/clicks"]
    marks.saw(BROWSES, 5, 800)
    (record,) = marks.tell(3000)
    assert record.body == WatermarkReached(BROWSES, {2: 1000, 5: 800}, 8)
    assert record.origin.text == "watermark/browses/2/800/0"
    assert (record.written_at, record.user) == (3000, "")


def test_what_has_not_advanced_is_not_told_again() -> None:
    """The slowest partition counts; readers would drop a repeat anyway."""
    marks = watermarks()
    for reached in (1000, 1000, 500):
        marks.saw(CLICKS, 1, reached)
    assert len(marks.tell(2000)) == 1
    assert marks.tell(3000) == []
    marks.saw(CLICKS, 1, 1001)
    assert len(marks.tell(4000)) == 1


def test_a_new_partition_has_to_be_heard_of_first() -> None:
    """After a rebalance kept partitions keep what they reached, and the new one holds the source back."""
    marks = watermarks()
    marks.saw(CLICKS, 1, 1000)
    marks.own({CLICKS: {1, 3}}, {CLICKS: 4})
    assert marks.tell(2000) == []
    marks.saw(CLICKS, 3, 700)
    assert marks.tell(3000)[0].body == WatermarkReached(CLICKS, {1: 1000, 3: 700}, 4)
    marks.saw(BROWSES, 2, 5000)
    assert len(marks.tell(4000)) == 0


def test_a_clock_that_was_set_back_does_not_silence_them() -> None:
    """What was seen under the wrong time is forgotten; a source is told of again when it is seen again."""
    marks = Watermarks(1000)
    marks.own({CLICKS: {1}}, {CLICKS: 4})
    marks.saw(CLICKS, 1, 8 * 60 * MINUTE)
    assert len(marks.tell(8 * 60 * MINUTE)) == 1
    marks.look_at_clock(8 * 60 * MINUTE - 500)
    marks.look_at_clock(MINUTE)
    assert marks.tell(MINUTE) == []
    marks.saw(CLICKS, 1, MINUTE)
    assert marks.due(MINUTE + 1000)
    assert marks.tell(MINUTE + 1000)[0].body == WatermarkReached(CLICKS, {1: MINUTE}, 4)


def test_by_wall_time_they_are_due_once_an_interval() -> None:
    """At its boundaries, however often one asks."""
    marks = watermarks()
    assert [marks.due(now) for now in (10, 59_999, 60_000, 60_001)] == [False, False, True, True]
    marks.tell(60_001)
    assert [marks.due(now) for now in (60_002, 119_999, 120_000)] == [False, False, True]


@given(before=st.integers(1, 10**9), jump=st.integers(1, 10**9))
def test_by_source_time_no_interval_is_missed_in_a_gap(before: int, jump: int) -> None:
    """Boundaries strictly between the two times, at first one by one, then the rest as one step."""
    time = before + jump
    moments = watermarks().moments(before, time)
    assert moments == sorted(set(moments))
    assert all(before <= moment < time for moment in moments)
    assert len(moments) <= GAP_STEPS + 1
    assert bool(moments) == ((time - 1) // MINUTE > (before - 1) // MINUTE and time > before)
    reached = moments[-1] if moments else before
    assert time - 1 - reached < MINUTE


def test_before_anything_happened_there_is_nothing_to_tell() -> None:
    """A log begins with its first event, not in 1970."""
    assert watermarks().moments(0, 1_793_498_281_500) == []


@given(st.lists(st.integers(1, 600), min_size=2, max_size=60, unique=True))
def test_no_boundary_is_skipped_when_events_lie_on_it(seconds: list[int]) -> None:
    """However events follow each other, every minute between the first and the last is told exactly once."""
    times = [second * 1000 for second in sorted(seconds)]
    told = [m for low, high in pairwise(times) for m in watermarks().moments(low, high)]
    assert told == [m for m in range(0, times[-1], MINUTE) if m >= times[0]]
