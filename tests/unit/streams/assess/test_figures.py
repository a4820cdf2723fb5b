import numpy as np
import pytest

from streams.assess.figures import interval, judge
from streams.assess.losses import row_losses
from tests.making.tables import smooth


def test_the_truth_is_calibrated_and_better_than_the_constant() -> None:
    """The chances that labels were drawn with: ratio near 1, error near 0, the whole interval under the constant."""
    drawn = smooth(20_000)
    constant = np.full(20_000, drawn.labels.mean())
    figures = judge(drawn.labels, drawn.chance, constant)
    assert figures.calibration_ratio == pytest.approx(1.0, abs=0.03)
    assert figures.calibration_error < 0.01
    assert figures.against_constant[2] < 0.0
    assert figures.auc is not None
    assert figures.auc > 0.7
    assert figures.f1 is not None
    assert figures.f1 > 0.45


def test_the_constant_is_as_good_as_itself() -> None:
    """Its difference to itself is zero, and it ranks nobody."""
    labels = smooth(1_000).labels
    constant = np.full(1_000, 0.3)
    figures = judge(labels, constant, constant)
    assert figures.against_constant == (0.0, 0.0, 0.0)
    assert figures.auc == 0.5


def test_labels_of_one_kind_have_no_auc() -> None:
    """What cannot be said is None, not a number."""
    figures = judge(np.zeros(100), np.full(100, 0.1), np.full(100, 0.2))
    assert (figures.auc, figures.f1, figures.calibration_ratio) == (None, None, None)


def test_certainty_is_paid_for() -> None:
    """A probability of 0 for what happened costs as one in a million."""
    assert row_losses(np.array([1.0]), np.array([0.0]))[0] == pytest.approx(np.log(1e6))


def test_the_interval_covers_the_truth() -> None:
    """Of 400 series of independent differences around 0.1 about 95 % of the intervals hold it."""
    rng = np.random.default_rng(5)
    found = [interval(rng.normal(0.1, 1.0, size=2_000)) for _ in range(400)]
    assert 0.91 <= np.mean([low <= 0.1 <= high for _, low, high in found]) <= 0.985


def test_few_rows_have_no_interval() -> None:
    """Under forty rows nothing is claimed."""
    assert interval(np.zeros(39))[1:] == (-np.inf, np.inf)
