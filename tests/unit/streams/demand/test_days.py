"""Whole days are expected in three ways, weighed by what they missed."""

import numpy as np

from streams.demand.days import DAY, WEEK, Days, day_sums


def lived(days: Days, values: list[float], ways: list[float], first: int = 0) -> None:
    """Days of these values an hour, each expected in these ways."""
    for number, value in enumerate(values):
        days.expect(first + DAY * number, ways, knows_week=True)
        for hour in range(DAY):
            days.learn(first + DAY * number + hour, value)


def test_the_way_that_misses_least_weighs_most() -> None:
    """Before a day was judged the mean of late is all there is to go by."""
    days = Days()
    assert days.weights() == [0.0, 0.0, 1.0]
    lived(days, [2.0] * 5, [50.0, 100.0, 60.0])
    assert days.weights()[0] > 0.99
    assert (days.judged, days.errors.count) == (5, 5)
    assert days.errors.together < days.errors.last_week == 52.0


def test_a_day_with_a_hole_is_not_judged() -> None:
    """Its sum is none."""
    days = Days()
    days.expect(0, [1.0, 1.0, 1.0], knows_week=True)
    for hour in (0, 1, 2, 40):
        days.learn(hour, 1.0)
    assert (days.judged, days.since) == (0, -1)


def test_a_days_sum_is_that_of_its_hours() -> None:
    """The week comes again behind its end."""
    week = np.random.default_rng(3).exponential(5.0, WEEK)
    expected = [np.tile(week, 2)[hour : hour + DAY].sum() for hour in range(WEEK)]
    assert np.allclose(day_sums(week), expected)
