"""What ``decide`` tells of every hour."""

from itertools import pairwise

from msgspec import structs

from schemas.codec import decode_msgpack
from schemas.hourly import HOUR, OTHERS, HourCounts
from schemas.records import LineTaken
from schemas.topics import HOURLY_COUNTS
from streams.demand.counting import MAX_CATEGORIES, MAX_ITEMS, MOST_IDLE
from streams.fold import DecideFold
from streams.folding import Output
from streams.models.store import ModelStore
from streams.profiles.user import mark
from tests.making.events import taken
from tests.making.logs import SETTINGS, START, LogMaker, make_log
from tests.making.stories import Story

FIRST = START // HOUR + 1
"""The first hour that the logs of these tests see from its beginning."""


def told(outputs: list[Output]) -> list[HourCounts]:
    """What was told of hours."""
    return [decode_msgpack(output.value, HourCounts) for output in outputs if output.topic == HOURLY_COUNTS]


def story(clock: str = "source") -> Story:
    """A log by a clock that stands at the beginning of an hour."""
    made = Story(clock=clock)
    made.reads(made.at)
    made.at = FIRST * HOUR
    made.reads(made.at)
    return made


def test_an_hour_is_told_of_once_with_what_happened_in_it() -> None:
    """Events without repeats, orders, pieces by category and item; neither the hour that is on nor the first one."""
    made = story()
    for user in ("u", "v"):
        made.happens(user, "view")
        made.happens(user, "purchase", item="i7", category="shoes", quantity=2)
    repeated = structs.replace(taken("view"), event_id="once")
    made.say("w", repeated)
    made.say("w", repeated)
    made.waits(90)
    made.happens("u", "purchase", item="i8", category="shoes")
    made.waits(1)
    (one,) = told(made.outputs)
    assert (one.hour, one.idle, one.events, one.orders, one.partitions) == (FIRST, 0, 5, 2, 1)
    assert list(one.pieces.items()) == [("shoes", 4), (OTHERS, 0)]
    assert one.items == {mark("i7"): 4}


def before_first(made: LogMaker) -> int:
    """Events before the first watermark of the first hour that is told of, counted from the log."""
    fold = DecideFold(0, SETTINGS, ModelStore())
    for record in made.records:
        fold.fold((record,), [])
        if fold.state.hour.whole:
            break
    return fold.state.hour.events


def test_every_event_is_in_one_hour() -> None:
    """Over whole logs with repeats of all kinds: what was told and what is on make up all that was counted."""
    for seed in range(5):
        made = make_log(seed, 500)
        hours, state = told(made.outputs), made.fold.state
        events = state.counters["records_total|decide|e"] - state.counters.get("duplicates_total|event_id", 0)
        assert before_first(made) + sum(one.events for one in hours) + (events - state.hour.events) == events
        assert [one.hour for one in hours] == sorted({one.hour for one in hours})
        assert all(before.hour + before.idle + 1 == after.hour for before, after in pairwise(hours))
        assert all(sum(one.pieces.values()) == sum(one.items.values()) >= one.orders for one in hours)
        assert hours


def test_many_categories_and_items_are_a_bounded_record() -> None:
    """By who came first; pieces of the others are still pieces."""
    made = story()
    for number in range(MAX_ITEMS + 50):
        made.happens("u", "purchase", item=f"i{number}", category=f"c{number}")
    made.waits(60)
    (one,) = told(made.outputs)
    assert list(one.pieces)[-1] == OTHERS
    assert len(one.pieces) <= MAX_CATEGORIES + 1
    assert one.pieces[OTHERS] == MAX_ITEMS + 50 - MAX_CATEGORIES
    assert len(one.items) == MAX_ITEMS


def test_lines_without_a_category_are_others() -> None:
    """They are pieces all the same."""
    made = story()
    made.happens("u", "purchase", lines=(LineTaken("i1", "", 3, -1), LineTaken("", "shoes", 1, -1)))
    made.waits(60)
    (one,) = told(made.outputs)
    assert (one.pieces, one.items) == ({"shoes": 1, OTHERS: 3}, {mark("i1"): 3})


def test_silence_is_quiet_where_events_bring_the_time() -> None:
    """In a history hours without events are empty, a week of them at most: a longer silence is a hole in it."""
    made = story()
    made.waits(5 * 60)
    made.waits(60 * 1000)
    assert [(one.hour, one.idle) for one in told(made.outputs)] == [(FIRST, 4), (FIRST + 5, MOST_IDLE)]


def test_silence_is_unknown_by_the_wall_clock() -> None:
    """Nobody was there to count: neither the hours between nor the two at the ends are told of."""
    made = story("arrival")
    made.waits(60)
    made.waits(130)
    made.waits(60)
    made.waits(60)
    assert [(one.hour - FIRST, one.idle) for one in told(made.outputs)] == [(0, 0), (4, 0)]
