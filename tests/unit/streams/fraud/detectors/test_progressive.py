import numpy as np
import pytest

from streams.arrays import Floats, Ints
from streams.fraud.detectors.ensemble import RATIOS, combined, fit_ensemble
from streams.fraud.detectors.families import FAMILIES
from streams.fraud.detectors.progressive import score_progressively, starts


def table(count: int, seed: int = 0) -> tuple[Floats, Ints]:
    """Numbers with gaps and a category of three levels."""
    rng = np.random.default_rng(seed)
    numbers = rng.lognormal(size=(count, 3))
    numbers[rng.random((count, 3)) < 0.1] = np.nan
    return numbers, rng.integers(0, 3, (count, 1))


def test_a_score_knows_nothing_of_what_comes_later() -> None:
    """Whatever happens to the rows from 100 on, the scores of the rows before stay bit by bit the same."""
    numbers, levels = table(120)
    changed, others = numbers.copy(), levels.copy()
    changed[100:], others[100:] = -99.0, 17
    before, after = score_progressively(numbers, levels), score_progressively(changed, others)
    until = 100 - before.first
    assert np.array_equal(before.risk[:until], after.risk[:until])
    assert all(np.array_equal(own[:until], after.scores[name][:until]) for name, own in before.scores.items())


def test_runs_repeat_and_seeds_matter() -> None:
    """The same seed gives the same risk, another one another."""
    numbers, levels = table(60)
    first = score_progressively(numbers, levels, 1).risk
    assert np.array_equal(score_progressively(numbers, levels, 1).risk, first)
    assert not np.array_equal(score_progressively(numbers, levels, 2).risk, first)


@pytest.mark.parametrize("count", [0, 1, 8, 9, 12, 40])
def test_tiny_tables_are_scored_as_far_as_they_go(count: int) -> None:
    """Eight rows are learned from; what is left has a finite risk in 0..1, and every row is told of once."""
    numbers, levels = table(count)
    told: list[int] = []
    found = score_progressively(numbers, levels, progress=told.append)
    assert len(found.risk) == max(count - max(8, count // 4), 0)
    assert np.isfinite(found.risk).all()
    assert ((found.risk >= 0.0) & (found.risk <= 1.0)).all()
    assert sum(told) == count


def test_what_is_strange_to_every_eye_has_the_highest_risk() -> None:
    """A row with huge numbers and a category never seen, among five hundred usual ones."""
    numbers, levels = table(500)
    numbers[450], levels[450] = 500.0, 9
    found = score_progressively(numbers, levels)
    assert found.risk.argmax() == 450 - found.first


def test_fits_double_and_then_come_ten_times() -> None:
    """Rising, inside the table, and no more than a few dozen whatever its size."""
    assert starts(2_000) == [128, 400, 600, 800, 1000, 1200, 1400, 1600, 1800]
    assert starts(100) == [25, 50, 60, 70, 80, 90]
    for count in (10, 1_000, 10_000, 10_000_000):
        found = starts(count)
        assert found == sorted(set(found))
        assert found[-1] < count
        assert len(found) <= 30


def test_the_risk_rises_with_every_alarm() -> None:
    """Over every detector monotone, strictly where it is the loudest; a usual row has half."""
    quiet = np.zeros((1, len(FAMILIES)))
    assert combined(quiet)[0] == 0.5
    for k, family in enumerate(FAMILIES):
        loud, louder = quiet.copy(), quiet.copy()
        loud[0, k], louder[0, k] = family.reserve + 3.0, family.reserve + 1e6
        assert 0.5 < combined(loud)[0] < combined(louder)[0] < 1.0


def test_scores_are_measured_on_rows_that_were_not_fitted() -> None:
    """Over new rows of the same kind the standardised scores have mean 0 and deviation 1, roughly."""
    numbers, levels = table(3_000)
    ensemble = fit_ensemble(numbers, levels, 0)
    fresh, others = table(1_000, seed=9)
    scores = ensemble.score_and_learn(fresh, others)
    scores[:, RATIOS] = np.log(scores[:, RATIOS])
    standardised = (scores - ensemble.mean) / ensemble.deviation
    assert (np.abs(standardised.mean(axis=0)) < 0.3).all()
    assert ((standardised.std(axis=0) > 0.6) & (standardised.std(axis=0) < 1.6)).all()
