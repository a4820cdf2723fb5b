import numpy as np

from streams.fraud.detectors.encoding import FARTHEST, NEVER_SEEN, fit_encoding

NO_LEVELS = np.zeros((4, 0), np.int64)


def test_columns_come_out_on_one_scale() -> None:
    """Mean 0 and standard deviation 1, whatever the units."""
    numbers = np.random.default_rng(0).normal(size=(500, 2)) * [1e-6, 1e6]
    rows = fit_encoding(numbers, np.zeros((500, 0), np.int64)).rows(numbers, np.zeros((500, 0), np.int64))
    assert np.allclose(rows.mean(axis=0), 0.0)
    assert np.allclose(rows.std(axis=0), 1.0)


def test_a_gap_is_the_median_and_an_indicator() -> None:
    """Only columns that had gaps have an indicator; a gap that is new is the median."""
    numbers = np.array([[1.0, 5.0], [2.0, 6.0], [9.0, 7.0], [np.nan, 8.0]])
    encoding = fit_encoding(numbers, NO_LEVELS)
    assert encoding.median.tolist() == [2.0, 6.5]
    rows = encoding.rows(np.array([[np.nan, np.nan], [2.0, 6.5]]), np.zeros((2, 0), np.int64))
    assert rows.shape == (2, 3)
    assert rows[0, :2].tolist() == rows[1, :2].tolist()
    assert rows[0, 2] > rows[1, 2]


def test_a_rare_category_is_far_out_and_an_unknown_one_farther() -> None:
    """−log of the frequency: common < rare < never seen."""
    levels = np.array([[1]] * 90 + [[2]] * 9 + [[4]])
    encoding = fit_encoding(np.zeros((100, 0)), levels)
    common, rare, once, skipped, unknown = encoding.rows(np.zeros((5, 0)), np.array([[1], [2], [4], [3], [77]]))[:, 0]
    assert common < rare < once < unknown
    assert skipped == unknown


def test_a_constant_column_notices_what_it_never_had() -> None:
    """Its own value is 0, any other one three deviations away, and huge values end at thirty."""
    numbers = np.array([[0.1, 1.0], [0.1, 2.0], [0.1, 3.0], [0.1, 4.0]])
    rows = fit_encoding(numbers, NO_LEVELS).rows(np.array([[0.1, 1e300], [7.0, -1e300]]), NO_LEVELS[:2])
    assert rows.tolist() == [[0.0, FARTHEST], [NEVER_SEEN, -FARTHEST]]
