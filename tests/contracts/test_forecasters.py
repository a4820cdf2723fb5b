"""What every forecaster promises. A new one: its file under streams/forecast and one line in ``EXPERTS`` there."""

from collections.abc import Iterable
from math import inf, isfinite, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.forecast.every import FORECASTERS, make
from streams.forecast.forecaster import HourlyForecaster

every_forecaster = pytest.mark.parametrize("name", FORECASTERS)
DAY, WEEK = 24, 168
Series = list[tuple[int, float]]
gaps_and_values = st.lists(
    st.tuples(st.integers(1, 30), st.one_of(st.floats(0.0, 1e12), st.integers(0, 3).map(float))), max_size=25
)


def shop(hours: int, level: float = 100.0, seed: int = 0) -> Series:
    """Poisson counts of a shop that is busiest in the evening."""
    rate = level * (1.0 + 0.8 * np.sin(2.0 * np.pi * np.arange(hours) / DAY))
    return list(enumerate(np.random.default_rng(seed).poisson(rate).astype(float).tolist()))


def taught(name: str, series: Iterable[tuple[int, float]]) -> HourlyForecaster:
    """A forecaster after a series."""
    forecaster = make(name)
    for hour, value in series:
        forecaster.learn_one(hour, value)
    return forecaster


@every_forecaster
def test_runs_repeat(name: str) -> None:
    """The same series gives the same bytes of state."""
    assert taught(name, shop(200)).snapshot() == taught(name, shop(200)).snapshot()


@every_forecaster
@pytest.mark.parametrize("cut", [0, 30, 160])
def test_a_restored_forecaster_goes_on_as_if_it_had_never_stopped(name: str, cut: int) -> None:
    """Snapshot, restore, learn on: bit by bit the state of one that learned straight through."""
    series = [one for one in shop(200) if one[0] % 7]
    restored = make(name)
    restored.restore(taught(name, series[:cut]).snapshot())
    for hour, value in series[cut:]:
        restored.learn_one(hour, value)
    through = taught(name, series)
    assert restored.snapshot() == through.snapshot()
    assert restored.forecast(48) == through.forecast(48)


@every_forecaster
def test_forecasting_teaches_nothing(name: str) -> None:
    """However often it is asked, the state stays as it was, and so it does when somebody changes the answer."""
    forecaster = taught(name, shop(200))
    before = forecaster.snapshot()
    forecaster.forecast(300).clear()
    assert forecaster.snapshot() == before


@every_forecaster
def test_before_the_first_value_nothing_is_expected(name: str) -> None:
    """Score before learn: zeros, with an interval that holds them."""
    assert [one.value for one in make(name).forecast(30)] == [0.0] * 30
    assert all(one.low == 0.0 <= one.high for one in make(name).forecast(30))


@every_forecaster
@settings(max_examples=20, deadline=None)
@given(steps=gaps_and_values)
def test_forecasts_are_finite_and_not_negative(name: str, steps: list[tuple[int, float]]) -> None:
    """Zeros, gaps, shifts by orders of magnitude: 0 ≤ low ≤ value ≤ high < ∞."""
    hour, forecaster = 0, make(name)
    for gap, value in steps:
        hour += gap
        forecaster.learn_one(hour, value)
    for one in forecaster.forecast(30):
        assert 0.0 <= one.low <= one.value <= one.high
        assert isfinite(one.high)


@every_forecaster
@pytest.mark.parametrize("missing", [nan, inf, -1.0])
def test_a_value_that_is_none_is_a_missing_hour(name: str, missing: float) -> None:
    """Told that an hour has no value or not told of the hour: the same bytes."""
    told = [(hour, missing if 50 <= hour < 60 else value) for hour, value in shop(100)]
    untold = [one for one in shop(100) if not 50 <= one[0] < 60]
    assert taught(name, told).snapshot() == taught(name, untold).snapshot()


@pytest.mark.parametrize("name", [name for name in FORECASTERS if name != "running_mean"])
@pytest.mark.parametrize("missing", [5, 100_003])
def test_missing_hours_do_not_move_the_seasons(name: str, missing: int) -> None:
    """After any gap the busy hours are forecast to be busy, and the quiet ones quiet."""
    values = dict(shop(3 * WEEK))
    begin = 2 * WEEK
    end = begin + missing
    around = [(hour, values[hour]) for hour in range(begin)]
    around += [(end + k, values[begin + (end + k - begin) % WEEK]) for k in range(3)]
    ahead = taught(name, around).forecast(DAY)
    by_hour = {(end + 3 + k) % DAY: one.value for k, one in enumerate(ahead)}
    assert sum(by_hour[hour] for hour in (5, 6, 7)) > 2.0 * sum(by_hour[hour] for hour in (17, 18, 19))


@pytest.mark.parametrize("name", [name for name in FORECASTERS if name != "running_mean"])
@pytest.mark.parametrize(("before", "after"), [(100.0, 500.0), (500.0, 100.0), (0.0, 100.0)])
def test_a_shifted_level_is_found_again(name: str, before: float, after: float) -> None:
    """Four weeks after a level rose or fell fivefold, or from nothing, a day's forecast is within a half of it."""
    first, then = shop(3 * WEEK, before), shop(4 * WEEK, after, seed=1)
    forecaster = taught(name, [*first, *((3 * WEEK + hour, value) for hour, value in then)])
    assert sum(one.value for one in forecaster.forecast(DAY)) == pytest.approx(DAY * after, rel=0.5)


@every_forecaster
def test_an_hour_that_is_over_is_refused(name: str) -> None:
    """A series is in order, and an hour has one value."""
    with pytest.raises(ValueError, match="hour 4 comes after 5"):
        taught(name, [(5, 1.0), (4, 1.0)])


@every_forecaster
def test_a_forecaster_does_not_grow(name: str) -> None:
    """Its state is bounded by the season, not by how long it has been learning."""
    assert len(taught(name, shop(4 * WEEK)).snapshot()) <= len(taught(name, shop(WEEK + 30)).snapshot()) + 64


@pytest.mark.parametrize("name", FORECASTERS)
def test_the_interval_holds_what_it_says(name: str) -> None:
    """Of the values of four weeks, the first one aside, 90 to 99 % lie in the interval of an hour before."""
    series, forecaster = shop(5 * WEEK, seed=3), make(name)
    held = []
    for hour, value in series:
        (ahead,) = forecaster.forecast(1)
        held.append(ahead.low <= value <= ahead.high)
        forecaster.learn_one(hour, value)
    assert 0.90 <= np.mean(held[WEEK:]) <= 0.99


def test_the_blend_is_nearly_as_good_as_the_best() -> None:
    """Five weeks in which one expert is right and the others are not: within a tenth of its error, untold."""
    errors: dict[str, list[float]] = {name: [] for name in FORECASTERS}
    for name, own in errors.items():
        forecaster = make(name)
        for hour, value in shop(5 * WEEK, seed=4):
            own.append(abs(value - forecaster.forecast(1)[0].value))
            forecaster.learn_one(hour, value)
    late = {name: float(np.mean(own[3 * WEEK :])) for name, own in errors.items()}
    assert late["blend"] <= 1.1 * min(late.values())
    assert late["blend"] < late["same_hour_last_week"]
