import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from streams.arrays import Bools, Floats
from streams.assess.fraud import assess_fraud
from streams.assess.fraud_figures import difference, ranking

ROWS = 120
NO_LEVELS = np.zeros((ROWS, 0), np.int64)


def drawn(seed: int, count: int, rate: float = 0.2) -> tuple[Bools, Floats]:
    """Labels, and scores with ties that tell something of them."""
    rng = np.random.default_rng(seed)
    labels = rng.random(count) < rate
    labels[:2] = [True, False]
    return labels, np.asarray(np.round(rng.normal(size=count) + labels, 1))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(2, 200))
def test_figures_are_scikit_learns(seed: int, count: int) -> None:
    """AUC and average precision with ties, to 1e-12, each inside its own interval, that inside 0..1."""
    labels, scores = drawn(seed, count)
    found = ranking(labels, scores)
    assert found.auc == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
    assert found.average_precision == pytest.approx(average_precision_score(labels, scores), abs=1e-12)
    for value, interval in (
        (found.auc, found.auc_interval),
        (found.average_precision, found.average_precision_interval),
    ):
        assert value is not None
        assert interval is not None
        assert 0.0 <= interval[0] <= value <= interval[1] <= 1.0


def test_nineteen_intervals_in_twenty_hold_the_truth() -> None:
    """Scores one deviation apart have an AUC of 0.760; 40 positives, 400 tables."""
    rng = np.random.default_rng(0)
    labels, held = np.arange(300) < 40, 0
    for _ in range(400):
        interval = ranking(labels, rng.normal(size=300) + labels).auc_interval
        assert interval
        held += interval[0] <= 0.7602 <= interval[1]
    assert held >= 400 * 0.95 - 2.33 * (400 * 0.95 * 0.05) ** 0.5


def test_few_positives_have_wide_intervals_even_where_all_is_well() -> None:
    """Three positives on top of everything are no proof of an AUC of 1."""
    found = ranking(np.arange(100) >= 97, np.arange(100.0))
    assert (found.auc, found.average_precision) == (1.0, 1.0)
    assert found.auc_interval == pytest.approx((0.025 ** (1 / 3), 1.0))


def test_a_difference_of_a_detector_to_itself_is_nothing() -> None:
    """And one to its opposite is large and sure."""
    labels, scores = drawn(1, 500)
    assert difference(labels, scores, scores) == (0.0, 0.0, 0.0)
    apart = difference(labels, scores, -scores)
    assert apart
    assert apart[1] > 0.2


def test_labels_only_judge() -> None:
    """With other labels the figures change, and what is scored does not: opposite labels give 1 − AUC."""
    numbers = np.random.default_rng(0).normal(size=(ROWS, 3))
    labels = numbers[:, 0] > 1.0
    found, opposite = assess_fraud(numbers, NO_LEVELS, labels), assess_fraud(numbers, NO_LEVELS, ~labels)
    for name, model in found.models.items():
        assert model.auc == pytest.approx(1.0 - (opposite.models[name].auc or 0.0))


def test_it_says_what_a_reader_must_know() -> None:
    """One kind of label, few positives, most of them positive, nothing to score."""
    numbers = np.random.default_rng(0).normal(size=(ROWS, 3))
    none = assess_fraud(numbers, NO_LEVELS, np.zeros(ROWS, dtype=bool))
    assert none.models["combined"].auc is None
    assert none.combined_less_best is None
    assert "nothing can be judged" in none.notes[0]
    few = assess_fraud(numbers, NO_LEVELS, np.arange(ROWS) % 18 == 17)
    assert few.notes[0].startswith("only 5 positive rows are scored")
    assert "--positive" in assess_fraud(numbers, NO_LEVELS, np.arange(ROWS) % 5 != 1).notes[0]
    empty = assess_fraud(numbers[:5], NO_LEVELS[:5], np.ones(5, dtype=bool))
    assert (empty.scored, empty.rate) == (0, None)
    assert "too few rows" in empty.notes[0]
