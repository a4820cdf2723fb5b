import numpy as np

from streams.recommend.offerable import best, by_margin, offerable

ITEMS = np.array([7, 3, 9, 4, -1])
CHANCES = np.array([0.5, 0.2, 0.4, 0.2, 0.9])


def test_what_is_out_of_stock_unknown_or_just_bought_is_not_offered() -> None:
    """Of an item whose stock nobody knows it is assumed that there is some."""
    allowed = offerable(ITEMS, np.array([0.0, 5.0, np.nan, 1.0, 8.0]), bought=np.array([4]))
    assert allowed.tolist() == [False, True, True, False, False]


def test_the_best_come_first_and_ties_in_a_fixed_order() -> None:
    """By score, then by the lower number; no more than asked, and only what is allowed."""
    every = np.array([True, True, True, True, False])
    assert best(ITEMS, CHANCES, every, 3).tolist() == [7, 9, 3]
    assert best(ITEMS, CHANCES, every, 9).tolist() == [7, 9, 3, 4]
    assert best(ITEMS, CHANCES, ~every, 9).tolist() == [-1]


def test_margin_weighs_and_a_loss_is_worth_nothing() -> None:
    """Half the chance at three times the margin comes first."""
    worth = by_margin(CHANCES[:3], np.array([100.0, 300.0, -50.0]))
    assert worth.tolist() == [50.0, 60.0, 0.0]
