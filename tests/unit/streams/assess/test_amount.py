import numpy as np
import pytest

from streams.arrays import Floats
from streams.assess.amount import AmountAssessment, assess_amount
from streams.assess.amount_figures import judge_amounts
from streams.response.amount import kernels
from streams.response.amount.blend import Blend
from tests.making import amounts

ROWS = 700


def assessed(labels: Floats, numbers: Floats | None = None) -> AmountAssessment:
    """The assessment of labels that are known at once; without columns unless given."""
    count = len(labels)
    shown = np.zeros((count, 0)) if numbers is None else numbers
    refits = sorted({count // 2} - {0})
    return assess_amount(shown, np.zeros((count, 0), np.int64), labels, np.arange(count), refits)


def test_figures_are_the_field_s() -> None:
    """RMSE, MAE, the share of squared error saved and the bias of a series that is off by one."""
    labels = np.arange(100.0)
    figures = judge_amounts(labels, labels + 1.0, np.full(100, labels.mean()))
    assert (figures.mae, figures.rmse, figures.bias) == (1.0, 1.0, 1.0)
    assert figures.r2 is not None
    assert figures.r2 == pytest.approx(1.0 - 1.0 / labels.var())
    assert figures.r2_interval is not None
    assert figures.r2_interval[0] < figures.r2 < figures.r2_interval[1]


def test_the_constant_is_the_mean_so_far() -> None:
    """And has neither gain nor interval beside itself."""
    labels = np.array([4.0, 0.0, 8.0, 2.0] * 20)
    found = Blend(np.zeros((80, 0)), np.zeros((80, 0), np.int64), labels, np.arange(80)).run()
    assert found.said[1:4, 0].tolist() == [4.0, 2.0, 4.0]
    assert assessed(labels).models["constant"].against_constant == (0.0, 0.0, 0.0)


def test_no_row_is_predicted_by_a_label_that_is_not_known() -> None:
    """Whatever the labels become that are known later only, predictions before stay as they are, to the last bit."""
    drawn = amounts.smooth(ROWS)
    ready = np.maximum(np.arange(ROWS) - 50, 0)
    other = drawn.labels.copy()
    other[400:] *= -3.0
    said = [Blend(drawn.numbers, drawn.levels, own, ready).run().amounts for own in (drawn.labels, other)]
    assert np.array_equal(said[0][:451], said[1][:451])
    assert not np.array_equal(said[0][451:], said[1][451:])


def test_it_repeats_and_leaves_its_input_alone() -> None:
    """Twice the same, and every array as it was."""
    drawn = amounts.categorical(ROWS)
    before = [own.copy() for own in drawn]
    once, again = (assess_amount(*drawn[:3], np.arange(ROWS), [300]) for _ in range(2))
    assert once == again
    assert all(np.array_equal(own, kept) for own, kept in zip(drawn, before, strict=True))


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_the_unit_of_the_amount_does_not_matter(factor: float) -> None:
    """In cents or in millions the share of the error that is saved is the same."""
    drawn = amounts.smooth(ROWS)
    gains = [assessed(drawn.labels * scale, drawn.numbers).models["champion"].r2 for scale in (1.0, factor)]
    assert gains[1] == pytest.approx(gains[0], abs=0.01)


@pytest.mark.parametrize("labels", [np.full(300, 7.5), np.zeros(300), np.array([3.0]), np.array([0.0, 5.0])])
def test_labels_that_tell_nothing_are_no_error(labels: Floats) -> None:
    """All alike, one row, two rows: finite figures, and what is not known is None or infinite."""
    found = assessed(labels, np.random.default_rng(0).normal(size=(len(labels), 2)))
    assert np.isfinite([own.rmse for own in found.models.values()]).all()
    assert found.notes


def test_odd_columns_are_no_error() -> None:
    """All missing, missing from the middle on, huge, constant: the champion is as good as without them."""
    drawn = amounts.smooth(ROWS)
    odd = np.column_stack(
        [np.full(ROWS, np.nan), np.where(np.arange(ROWS) < 350, 1.0, np.nan), 1e300 * np.ones(ROWS), np.zeros(ROWS)]
    )
    found = assessed(drawn.labels, np.column_stack([drawn.numbers, odd])).models["champion"]
    assert found.rmse <= 1.03 * assessed(drawn.labels, drawn.numbers).models["champion"].rmse


def test_a_lone_outlier_is_drawn_in_and_a_second_believed() -> None:
    """Labels are tamed by those before them only."""
    labels = np.array([1.0, 2.0, 3.0, 2.0, 1e9, 2.0, 1e9])
    tamed = kernels.tame(labels)
    assert tamed[:4].tolist() == [1.0, 2.0, 3.0, 2.0] or abs(tamed[:4] - labels[:4]).max() <= 1.0
    assert tamed[4] < 20.0
    assert tamed[6] == 1e9
    assert np.array_equal(kernels.tame(labels[:5]), tamed[:5])


def test_few_rows_are_said_to_be_few() -> None:
    """Under forty rows there is no interval, and a note says why."""
    found = assessed(np.arange(20.0))
    assert found.models["champion"].against_constant[1:] == (-np.inf, np.inf)
    assert "too few for an interval" in found.notes[0]


def test_forgetting_stays_stable_for_ever() -> None:
    """After so many labels that rounding, let grow, would be e¹⁰⁰ times as large, it is right."""
    rng = np.random.default_rng(0)
    rows, size = 20_000, 6
    value = np.column_stack([np.ones(rows), rng.normal(size=(rows, size - 1))])
    labels = value @ np.arange(float(size)) + rng.normal(size=rows)
    index, prior = np.tile(np.arange(size), (rows, 1)), np.full(size, 1e4)
    known = np.zeros(0, np.int64)
    mean = np.zeros(size)
    kernels.predict_and_learn(index, value, np.zeros(rows), labels, known, mean, np.diag(prior), prior, 0.995)
    assert abs(mean - np.arange(float(size))).max() < 0.3
