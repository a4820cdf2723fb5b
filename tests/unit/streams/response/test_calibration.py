from math import isfinite

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from streams.response.calibration import PlattScaling
from streams.response.logistic import MAX_LOGIT, sigmoid
from streams.response.progress import Progress

logits = st.floats(-MAX_LOGIT, MAX_LOGIT)


@given(logit=logits)
def test_without_labels_nothing_is_scaled(logit: float) -> None:
    """A fresh calibration passes the model's own answer through."""
    assert PlattScaling().predict(logit) == sigmoid(logit)


@given(pairs=st.lists(st.tuples(logits, st.booleans()), max_size=200))
def test_it_stays_finite_and_monotone(pairs: list[tuple[float, bool]]) -> None:
    """Whatever comes, a higher logit never becomes a lower probability."""
    platt = PlattScaling()
    for logit, label in pairs:
        platt.learn(logit, label)
    assert isfinite(platt.shift)
    assert 0.0 <= platt.predict(-2.0) <= platt.predict(2.0) <= 1.0


def test_an_overconfident_model_is_calibrated() -> None:
    """Logits twice too steep and one too high: within 10,000 labels the calibration slope is 0.9 to 1.1."""
    rng = np.random.default_rng(3)
    true = rng.normal(-2.5, 1.0, size=20_000)
    labels = rng.random(len(true)) < 1 / (1 + np.exp(-true))
    platt = PlattScaling()
    for logit, label in zip((2 * true + 1).tolist(), labels.tolist(), strict=True):
        platt.learn(logit, label)
    # σ(scale · (2 t + 1) + shift) should be σ(t).
    assert 0.9 <= 2 * platt.scale <= 1.1
    assert abs(platt.scale + platt.shift) <= 0.25


def test_it_follows_a_drift() -> None:
    """The base rate doubles: within 10,000 labels predictions are right again within a tenth."""
    rng = np.random.default_rng(4)
    platt, logit = PlattScaling(), -2.5
    for rate in (0.08, 0.16):
        for label in (rng.random(10_000) < rate).tolist():
            platt.learn(logit, label)
        assert abs(platt.predict(logit) / rate - 1) <= 0.1


def test_forgetting_changes_no_prediction_and_quickens_the_next_ones() -> None:
    """After a found drift the same 300 labels bring it nearer to another rate; right after it, nothing has moved."""
    rng = np.random.default_rng(5)
    lasting, forgetful = PlattScaling(), PlattScaling()
    for label in (rng.random(10_000) < 0.1).tolist():
        lasting.learn(-2.0, label)
        forgetful.learn(-2.0, label)
    before = forgetful.predict(-2.0)
    forgetful.forget()
    assert forgetful.predict(-2.0) == before
    for label in (rng.random(300) < 0.4).tolist():
        lasting.learn(-2.0, label)
        forgetful.learn(-2.0, label)
    assert before < lasting.predict(-2.0) < forgetful.predict(-2.0) < 0.5


def test_progress_judges_the_model_beside_the_base_rate() -> None:
    """A model that knows beats the constant; the constant itself ties with it; zeros before the first label."""
    knows, ties = Progress(), Progress()
    assert knows.losses == (0.0, 0.0)
    assert knows.calibration == 1.0
    labels = [k % 4 == 0 for k in range(400)]
    for k, label in enumerate(labels):
        knows.judge(0.9 if label else 0.1, label)
        ties.judge((sum(labels[:k]) + 0.5) / (k + 1), label)
    assert knows.losses[0] < knows.losses[1]
    assert ties.losses[0] == ties.losses[1]
    assert abs(ties.calibration - 1.0) < 0.1
