import numpy as np
import pytest

from streams.arrays import Floats
from streams.forecast.rate_watch import HOLD, WARM_UP, RateWatch, threshold_of

HOURS = WARM_UP + 45 * 24
VISITS = 5.0
RATES = np.array([0.5, 0.1, 0.02])
THRESHOLD = 14.0


def begins(counts: Floats, threshold: float = THRESHOLD) -> list[tuple[int, int]]:
    """Hour and series of every alarm over ``counts`` (hours × series) at a constant exposure."""
    watch = RateWatch(counts.shape[1], threshold)
    exposures = np.full(counts.shape[1], VISITS)
    found = [np.flatnonzero(watch.judge(row, exposures).begins) for row in counts]
    return [(hour, int(place)) for hour, places in enumerate(found) for place in places]


def drawn(seed: int, factor: float = 1.0, at: int = HOURS) -> Floats:
    """Poisson counts whose rates change by ``factor`` at an hour."""
    rates = np.tile(RATES * VISITS, (HOURS, 1))
    rates[at:] *= factor
    return np.random.default_rng(seed).poisson(rates).astype(np.float64)


def test_nothing_is_said_while_nothing_changes() -> None:
    """Six weeks of three series in each of ten histories."""
    assert [found for seed in range(10) for found in begins(drawn(seed))] == []


@pytest.mark.parametrize(("factor", "days"), [(2.0, 3), (0.5, 5), (4.0, 1)])
def test_a_changed_rate_is_found(factor: float, days: int) -> None:
    """Of 60 a day: doubled within three days, halved within five, fourfold within one; and once only."""
    at = WARM_UP + 14 * 24
    for seed in range(5):
        found = [hour for hour, series in begins(drawn(seed, factor, at)[: at + HOLD]) if series == 0]
        assert len(found) == 1
        assert at <= found[0] < at + days * 24


def test_what_never_came_is_an_alarm_when_it_comes() -> None:
    """In its first hour; what came but once before is none."""
    counts = np.concatenate([drawn(0), np.zeros((HOURS, 2))], axis=1)
    counts[WARM_UP + 100, 3] = 1.0
    counts[[50, WARM_UP + 300], 4] = 1.0
    assert begins(counts) == [(WARM_UP + 100, 3)]


def test_an_hour_knows_only_those_before_it() -> None:
    """What comes later changes no alarm before."""
    through, cut = drawn(1, 3.0, WARM_UP + 240), WARM_UP + 300
    assert [one for one in begins(through) if one[0] < cut] == begins(through[:cut])


def test_the_threshold_keeps_its_promise() -> None:
    """For one false alarm in five histories: of twenty new ones not half have one; at a third of it most have."""
    exposures = np.full(HOURS, VISITS)
    threshold = threshold_of(RATES, exposures, 0.2, seed=0, runs=40)
    false = [bool(begins(drawn(100 + seed), threshold)) for seed in range(20)]
    loose = [bool(begins(drawn(100 + seed), threshold / 3.0)) for seed in range(20)]
    assert np.mean(false) <= 0.45
    assert np.mean(loose) > 0.5
