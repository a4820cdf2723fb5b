import numpy as np

from streams.arrays import Floats, Ints
from streams.response.progressive.experts import BaseRate, Bayesian, Encode
from streams.response.progressive.rows import parts, replay


def test_one_pass_comes_close_to_the_posterior_mode() -> None:
    """After 5,000 rows the filter's weights are within 0.1 of the penalised maximum likelihood found by Newton."""
    rng = np.random.default_rng(3)
    rows = np.concatenate([np.ones((5_000, 1)), rng.normal(size=(5_000, 4))], axis=1)
    labels = (rng.random(5_000) < 1.0 / (1.0 + np.exp(-rows @ [-1.0, 0.8, -0.6, 0.0, 0.3]))).astype(np.float64)
    expert = Bayesian(dense(rows), 5, prior=1.0)
    expert.advance(replay(labels, 0, 5_000), np.zeros(5_000))
    mode = np.zeros(5)
    precision = np.diag([0.25, 1.0, 1.0, 1.0, 1.0])
    for _ in range(20):
        chance = 1.0 / (1.0 + np.exp(-rows @ mode))
        slope = rows.T @ (labels - chance) - precision @ mode
        mode += np.linalg.solve(rows.T @ (rows * (chance * (1.0 - chance))[:, None]) + precision, slope)
    assert np.abs(expert.mean - mode).max() < 0.1


def dense(rows: Floats) -> Encode:
    """Rows as they are."""

    def encode(wanted: Ints) -> tuple[Ints, Floats]:
        return np.tile(np.arange(rows.shape[1]), (len(wanted), 1)), np.ascontiguousarray(rows[wanted])

    return encode


def test_forgetting_stays_stable_for_ever() -> None:
    """After so many labels that rounding, let grow, would be e¹⁰⁰ times as large, it is near the truth."""
    rng, count, truth = np.random.default_rng(0), 20_000, np.array([-1.0, 0.8, -0.6, 0.0, 0.3])
    rows = np.concatenate([np.ones((count, 1)), rng.normal(size=(count, 4))], axis=1)
    labels = (rng.random(count) < 1.0 / (1.0 + np.exp(-rows @ truth))).astype(np.float64)
    expert = Bayesian(dense(rows), 5, prior=1.0, keep=0.995)
    expert.advance(replay(labels, 0, count), np.zeros(count))
    assert np.abs(expert.mean - truth).max() < 1.0


def test_the_base_rate_is_the_rate_so_far() -> None:
    """After k labels with s positives it says (s + ½) / (k + 1); the recent one follows a change."""
    labels = np.array([0.0] * 3_000 + [1.0] * 3_000)
    ready = np.arange(6_000)
    rates: dict[str, list[float]] = {name: [] for name in ("all", "recent")}
    for name, expert in (("all", BaseRate()), ("recent", BaseRate(500.0))):
        for part in parts(ready, labels, 0, 6_000):
            rates[name] += (1.0 / (1.0 + np.exp(-expert.advance(part, np.zeros(len(part.rows)))))).tolist()
    assert rates["all"][0] == 0.5
    assert abs(rates["all"][4_000] - (1_000 + 0.5) / 4_001) < 1e-9
    assert rates["recent"][-1] > 0.95
