import numpy as np

from streams.arrays import Floats
from streams.response.effect.shrinkage import evidence, weighed
from streams.response.effect.sums import PRECISION, Sums, regressors, solved, sums_of

KINDS = np.array([0, 1, 1, 1, 2, 2, 2, 2, 2])


def sums(slope: float, rows: int = 5_000, seed: int = 0) -> Sums:
    """Normal functions of two kinds beside everybody's; the first kind has an effect of ``slope``."""
    rng = np.random.default_rng(seed)
    functions = np.concatenate([np.ones((rows, 1)), rng.normal(size=(rows, 8))], axis=1)
    z = (rng.random(rows) < 0.5).astype(np.float64)
    apart = regressors(z[:, None], np.full((rows, 1), 0.5), functions)
    beta = np.r_[0.0, np.full(3, slope), np.zeros(5)]
    return sums_of(apart, np.ones(rows), apart @ beta + rng.normal(size=rows))


def size(beta: Floats, kind: int) -> float:
    """The mean square of a kind's weights."""
    return float(np.mean(beta[kind == KINDS] ** 2))


def test_what_is_there_is_kept_and_what_is_not_is_shrunken() -> None:
    """A kind with an effect stands, a kind without one is nearer to zero than under the rule's precision."""
    own = sums(0.3)
    beta, plain = weighed(own, KINDS), solved(own, np.full(9, PRECISION))
    assert np.allclose(beta[1:4], 0.3, atol=0.06)
    assert size(beta, 2) < 0.3 * size(plain, 2)


def test_without_effect_nothing_is_left_of_it() -> None:
    """Over twenty draws of nothing the weights are a fifth of what the rule's precision leaves, or less."""
    own = [sums(0.0, seed=seed) for seed in range(20)]
    found = np.mean([size(weighed(one, KINDS), 1) for one in own])
    assert found < 0.2 * np.mean([size(solved(one, np.full(9, PRECISION)), 1) for one in own])


def test_the_evidence_is_that_of_a_normal_model() -> None:
    """It equals the log density of the outcomes under the marginal normal, but for what no precision changes."""
    rng = np.random.default_rng(1)
    x, y, precision = rng.normal(size=(30, 3)), rng.normal(size=30), np.array([1.0, 5.0, 40.0])
    marginal = np.eye(30) + (x / precision) @ x.T
    density = -0.5 * y @ np.linalg.solve(marginal, y) - 0.5 * np.linalg.slogdet(marginal)[1] + 0.5 * y @ y
    assert np.isclose(evidence(sums_of(x, np.ones(30), y), precision), density)


def test_doses_and_arms_stand_side_by_side() -> None:
    """Regressors of two coordinates are both times every function, each less what was expected."""
    found = regressors(np.array([[1.0, 0.2]]), np.array([[0.5, 0.1]]), np.array([[1.0, 3.0]]))
    assert np.allclose(found, [[0.5, 1.5, 0.1, 0.3]])
