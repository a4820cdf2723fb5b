"""Hours of partitions become hours of the shop."""

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.hourly import OTHERS, HourCounts
from streams.demand.shop import MAX_CATEGORIES, MAX_ITEMS, PATIENCE, ShopHour, ShopHours
from tests.making.hours import FIRST, counted


def taken(*told: HourCounts) -> list[tuple[int, ShopHour]]:
    """The hours that became whole."""
    hours = ShopHours()
    return [over for counts in told for over in hours.take(counts)]


def test_an_hour_is_whole_when_every_partition_has_told_of_it() -> None:
    """And holds the sums of all; a partition that is ahead waits."""
    mine = counted(FIRST, 0, events=5, orders=2, pieces={"a": 3, OTHERS: 1}, items={7: 4})
    ahead = counted(FIRST + 1, 0, events=9)
    theirs = counted(FIRST, 1, events=6, orders=1, pieces={"b": 2, OTHERS: 0}, items={7: 1, 8: 1})
    assert taken(mine, ahead) == []
    ((hour, shop),) = taken(mine, ahead, theirs)
    assert (hour, shop.events, shop.orders) == (FIRST, 11, 3)
    assert (shop.pieces, shop.items) == ({"a": 3, OTHERS: 1, "b": 2}, {7: 5, 8: 1})


def test_quiet_hours_are_told_of_together() -> None:
    """A partition that skips empty hours has told of them: they are learned as what they were, and in order."""
    told = [counted(FIRST, 0, idle=2, events=1), *(counted(FIRST + n, 1, events=3) for n in range(3))]
    assert [(hour - FIRST, shop.events) for hour, shop in taken(*told)] == [(0, 4), (1, 3), (2, 3)]


def test_an_hour_that_a_partition_leapt_over_is_missing() -> None:
    """What the others saw of it is no sum of the shop."""
    told = [counted(FIRST + n, p, events=1) for n in range(4) for p in (0, 1) if (n, p) != (1, 1)]
    assert [hour - FIRST for hour, _ in taken(*told)] == [0, 2, 3]


def test_a_silent_partition_is_waited_for_a_day() -> None:
    """Then its hours are missing, what comes after is late, and once it keeps up again hours are whole again."""
    hours = ShopHours()
    alone = [over for n in range(PATIENCE + 5) for over in hours.take(counted(FIRST + n, 0))]
    assert alone == []
    assert len(hours.open) == PATIENCE
    assert hours.is_late(counted(FIRST + 4, 1))
    assert hours.take(counted(FIRST + 4, 1)) == []
    assert [hour - FIRST for hour, _ in hours.take(counted(FIRST + 5, 1))] == [5]


def test_many_categories_and_items_are_a_bounded_hour() -> None:
    """Pieces of those without room are still pieces."""
    wide = counted(FIRST, 0, pieces={f"c{n}": 1 for n in range(900)}, items=dict.fromkeys(range(3000), 1))
    ((_, shop),) = taken(wide, counted(FIRST, 1))
    assert (len(shop.pieces), len(shop.items)) == (MAX_CATEGORIES + 1, MAX_ITEMS)
    assert sum(shop.pieces.values()) == 900


def test_a_leap_of_years_costs_nothing() -> None:
    """One partition whose clock ran away leaves no hours open behind it."""
    hours = ShopHours()
    hours.take(counted(FIRST, 0))
    hours.take(counted(FIRST + 10**6, 0))
    assert list(hours.open) == [FIRST + 10**6]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1)), max_size=60))
def test_whatever_the_pace_hours_come_once_in_order_and_few_are_open(steps: list[tuple[int, int]]) -> None:
    """By partitions that step forward at will."""
    hours, at, over = ShopHours(), {0: FIRST, 1: FIRST}, list[int]()
    for step, partition in steps:
        over += [hour for hour, _ in hours.take(counted(at[partition], partition, idle=step))]
        at[partition] += step + 1
        assert len(hours.open) <= PATIENCE
    assert over == sorted(set(over))
    assert set(range(FIRST, min(at.values()))) - set(range(FIRST, max(at.values()) - PATIENCE)) <= set(over)
