import numpy as np
import pytest

from streams.arrays import Floats
from streams.assess.order import sorted_amounts, sorted_labels
from streams.response.progressive.machine_code import sigmoid

ROWS = 2_000


def labels(logits: Floats) -> Floats:
    """Drawn with their log-odds."""
    chance = np.array([sigmoid(logit) for logit in logits])
    return (np.random.default_rng(3).random(ROWS) < chance).astype(np.float64)


def test_sorted_labels_are_named() -> None:
    """Whichever comes first."""
    own = np.sort(labels(np.zeros(ROWS)))
    assert "sorted by the label" in sorted_labels(own)[0]
    assert sorted_labels(own[::-1])


@pytest.mark.parametrize("logits", [np.zeros(ROWS), np.linspace(-3.0, 3.0, ROWS), np.full(ROWS, -5.0)])
def test_chance_drift_and_rare_labels_are_not(logits: Floats) -> None:
    """A rate that goes from 5 to 95 % changes its label often enough."""
    assert not sorted_labels(labels(logits))


def test_sorted_amounts_are_named_and_growing_ones_are_not() -> None:
    """A trend is no order."""
    noise = np.random.default_rng(4).normal(size=ROWS)
    assert "rises" in sorted_amounts(np.sort(noise))[0]
    assert "falls" in sorted_amounts(-np.sort(noise))[0]
    assert not sorted_amounts(noise + np.linspace(0.0, 5.0, ROWS))
