import numpy as np
import pytest

from streams.arrays import Floats, Ints
from streams.assess.contingency import Dependence, counted, dependence, together

RNG = np.random.default_rng(0)


def sparse(rows: int = 400, levels: int = 200, rate: float = 0.05) -> tuple[Ints, Ints]:
    """A category of which nearly every row has its own level, and rare labels that know nothing of it."""
    codes = np.unique(RNG.integers(0, levels, rows), return_inverse=True)[1]
    return codes.astype(np.int64), (RNG.random(rows) < rate).astype(np.int64)


def by_chance(codes: Ints, labels: Ints, times: int) -> list[Dependence]:
    """What random orders of the labels give."""
    return [dependence(counted(codes, RNG.permutation(labels), 2)) for _ in range(times)]


def test_chi_square_by_chance_is_known_exactly() -> None:
    """Its mean and variance over random orders are those said, where cells are nearly empty too."""
    codes, labels = sparse()
    told, found = (
        dependence(counted(codes, labels, 2)),
        np.array([own.chi_square for own in by_chance(codes, labels, 500)]),
    )
    assert found.mean() == pytest.approx(told.mean, rel=0.02)
    assert found.var() == pytest.approx(told.variance, rel=0.25)
    assert told.variance > 1.5 * 2.0 * told.degrees  # the χ² distribution would have said 2 · degrees


def test_p_values_are_right_where_nothing_depends() -> None:
    """Of 500 random orders about 5 % are under 0.05."""
    codes, labels = sparse()
    under = np.mean([own.p_value < 0.05 for own in by_chance(codes, labels, 500)])
    assert 0.03 <= under <= 0.075


def test_information_by_chance_is_taken_off() -> None:
    """A category of 200 levels in 400 rows tells nothing; the plug-in estimate says a fifth of the entropy and more."""
    codes, labels = sparse()
    found = np.array([own.information for own in by_chance(codes, labels, 100)])
    assert abs(found.mean()) < 3.0 * found.std() / 10.0
    assert plugged_in(counted(codes, labels, 2)) > 0.08


def plugged_in(table: Floats) -> float:
    """Mutual information of the shares as they are."""
    shares = table / table.sum()
    free = np.outer(shares.sum(axis=1), shares.sum(axis=0))
    present = shares > 0.0
    return float((shares[present] * np.log(shares[present] / free[present])).sum())


def test_what_depends_is_found() -> None:
    """Of a balanced copy: all its entropy, and a p-value of nothing."""
    labels = np.arange(1_000) % 2
    found = dependence(counted(labels, labels, 2))
    assert found.information == pytest.approx(np.log(2.0), abs=0.001)
    assert found.p_value < 1e-12


@pytest.mark.parametrize("rows", [0, 1, 2, 3])
def test_of_few_rows_or_one_kind_nothing_is_claimed(rows: int) -> None:
    """The p-value is 1."""
    codes = np.arange(rows)
    assert dependence(counted(codes, codes % 2, 2)).p_value == 1.0
    assert dependence(counted(np.zeros(50, np.int64), np.arange(50) % 2, 2)).p_value == 1.0


def test_what_turns_shows_in_the_parts() -> None:
    """For it first and against it later: nothing in all rows, everything in both halves."""
    codes, late = RNG.integers(0, 2, 2_000), np.arange(2_000) >= 1_000
    labels = np.where(late, 1 - codes, codes)
    halves = [dependence(counted(codes[own], labels[own], 2)) for own in (late, ~late)]
    assert dependence(counted(codes, labels, 2)).p_value > 1e-3
    assert together(halves).p_value < 1e-12
