from collections.abc import Callable

import numpy as np
import pytest

from streams.arrays import Floats, Ints
from streams.response.progressive.blend import Blend, Blended
from streams.response.progressive.trees import Predict
from tests.making.tables import Drawn, categorical, crossed, noise, smooth, wide

Make = Callable[[int], Drawn]
MAKERS: dict[str, Make] = {"smooth": smooth, "categorical": categorical, "crossed": crossed, "wide": wide}
ROWS = 2_600
"""Beyond the second stage, where knots are placed again."""


def run(drawn: Drawn, ready: Ints | None = None) -> Blended:
    """The blend on a table whose labels are known at once, or when ``ready`` says."""
    known = np.arange(len(drawn.labels)) if ready is None else ready
    return Blend(drawn.numbers, drawn.levels, drawn.labels, known).run()


def rate(values: Floats, is_category: tuple[bool, ...], labels: Floats) -> Predict:
    """What grows in place of trees: the log-odds of the labels that it is given."""
    del values, is_category
    positives = (float(labels.sum()) + 0.5) / (len(labels) + 1.0)
    return lambda asked: np.full(len(asked), np.log(positives / (1.0 - positives)))


def test_what_grows_hears_nothing_of_later_labels_either() -> None:
    """With labels known 100 rows later and all turned from row 1,000 on, rows up to 1,100 stay as they are."""
    drawn, ready = smooth(ROWS), np.maximum(np.arange(ROWS) - 100, 0)
    other = np.where(np.arange(ROWS) < 1_000, drawn.labels, 1.0 - drawn.labels)
    first, second = (
        Blend(drawn.numbers, drawn.levels, labels, ready, rate).run().probability for labels in (drawn.labels, other)
    )
    assert np.array_equal(first[:1_101], second[:1_101])
    assert not np.array_equal(first[1_101:], second[1_101:])


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_no_row_hears_of_its_own_label_or_of_later_ones(make: Make) -> None:
    """Turning every label from a row on changes no probability up to that row: score, then learn."""
    drawn, turned = make(ROWS), 2_100
    other = drawn._replace(labels=np.where(np.arange(ROWS) < turned, drawn.labels, 1.0 - drawn.labels))
    first, second = run(drawn).probability, run(other).probability
    assert np.array_equal(first[: turned + 1], second[: turned + 1])
    assert not np.array_equal(first[turned + 1 :], second[turned + 1 :])


def test_a_delayed_label_is_not_heard_before_it_is_known() -> None:
    """With labels known 300 rows later, turning one changes nothing before those 300 rows have passed."""
    drawn, delay, turned = smooth(ROWS), 300, 1_500
    ready = np.maximum(np.arange(ROWS) - delay, 0)
    labels = drawn.labels.copy()
    labels[turned] = 1.0 - labels[turned]
    first, second = run(drawn, ready).probability, run(drawn._replace(labels=labels), ready).probability
    heard = turned + delay + 1
    assert np.array_equal(first[:heard], second[:heard])
    assert first[heard] != second[heard]


def test_a_run_repeats() -> None:
    """The same table gives the same bytes."""
    assert np.array_equal(run(smooth(ROWS)).probability, run(smooth(ROWS)).probability)


@pytest.mark.parametrize("make", [*MAKERS.values(), noise], ids=[*MAKERS, "noise"])
def test_the_best_expert_is_hardly_missed(make: Make) -> None:
    """In total log loss the mixture is worse than any single expert, the base rate too, by little over ln(experts)."""
    drawn = make(ROWS)
    blended = run(drawn)

    def total(probability: Floats) -> float:
        right = np.where(drawn.labels > 0.5, probability, 1.0 - probability)
        return float(-np.log(np.clip(right, 1e-6, 1.0)).sum())

    singles = [total(1.0 / (1.0 + np.exp(-blended.logits[:, k].astype(np.float64)))) for k in range(len(blended.names))]
    assert total(blended.probability) <= min(singles) + np.log(len(singles)) + 1.0
    assert sum(blended.weights.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("rows", [1, 2, 10, 201])
def test_small_tables_are_answered(rows: int) -> None:
    """Finite probabilities strictly between 0 and 1, whatever little is known."""
    probability = run(smooth(rows)).probability
    assert np.isfinite(probability).all()
    assert (probability > 0.0).all()
    assert (probability < 1.0).all()


def test_empty_columns_and_constant_labels_are_borne() -> None:
    """A column without a value and labels that never change end in finite probabilities near the rate."""
    drawn = smooth(ROWS)
    numbers = drawn.numbers.copy()
    numbers[:, 3] = np.nan
    probability = run(drawn._replace(numbers=numbers, labels=np.zeros(ROWS))).probability
    assert np.isfinite(probability).all()
    assert probability[-1] < 0.01
