from itertools import pairwise

import numpy as np

from streams.arrays import Floats, Ints
from streams.response.progressive.blend import Blend
from streams.response.progressive.columns import Columns
from streams.response.progressive.rows import replay
from streams.response.progressive.trees import FIRST, GROWTH, MEMORY, MOST_LEVELS, Predict, Trees, seasons
from tests.making.tables import categorical, smooth

ROWS = 1_600


class Grown:
    """A way to grow that remembers what it was given, and answers what the first column says."""

    def __init__(self) -> None:
        self.given: list[tuple[Floats, tuple[bool, ...], Floats]] = []

    def __call__(self, values: Floats, is_category: tuple[bool, ...], labels: Floats) -> Predict:
        """See ``Grow``."""
        self.given.append((values, is_category, labels))
        return lambda asked: np.nan_to_num(asked[:, 0])


def prepared(levels: Ints, labels: Floats) -> Columns:
    """Columns that have seen all rows and no label."""
    columns = Columns(np.zeros((len(labels), 0)), levels)
    everything = np.zeros(len(labels), np.int64)
    columns.advance(replay(labels, 0, 0)._replace(predict=slice(0, len(labels)), known=everything))
    return columns


def test_they_are_grown_ever_more_rarely() -> None:
    """After a thousand rows and then whenever there are half as many again; a million rows take 18 growths."""
    found = seasons(1_000_000)
    assert found[0] == FIRST
    assert all(abs(b / a - GROWTH) < 0.01 for a, b in pairwise(found))
    assert len(found) == 18
    assert seasons(FIRST) == []


def test_they_are_given_known_labels_only() -> None:
    """With labels that come 300 rows late each growth sees those known before its row, and no row twice."""
    drawn, grow = smooth(ROWS), Grown()
    Blend(drawn.numbers, drawn.levels, drawn.labels, np.maximum(np.arange(ROWS) - 300, 0), grow).run()
    assert [len(labels) for _, _, labels in grow.given] == [max(at - 1 - 300, 0) for at in seasons(ROWS)]
    assert all(np.array_equal(labels, drawn.labels[: len(labels)]) for _, _, labels in grow.given)


def test_they_see_rates_and_frequent_levels() -> None:
    """Of four categories the rate of each, and as a category what is frequent; a level that is new has no code."""
    drawn, grow = categorical(ROWS), Grown()
    trees = Trees(prepared(drawn.levels, drawn.labels), drawn.levels, grow)
    trees.learn(drawn.labels, ROWS // 2)
    values, is_category, _ = grow.given[0]
    assert is_category == (False,) * 4 + (True,) * 4
    assert values[:, 4:].max() == MOST_LEVELS
    answered = trees.answer(
        replay(drawn.labels, 0, 0)._replace(predict=slice(0, ROWS), known=np.zeros(ROWS, np.int64)), np.ones(ROWS)
    )
    assert answered.shape == (ROWS,)


def test_before_they_have_grown_another_answers() -> None:
    """Whatever stands before them."""
    drawn = categorical(ROWS)
    trees, before = Trees(prepared(drawn.levels, drawn.labels), drawn.levels, Grown()), np.full(ROWS, 0.3)
    part = replay(drawn.labels, 0, 0)._replace(predict=slice(0, ROWS), known=np.zeros(ROWS, np.int64))
    assert trees.answer(part, before) is before


def test_old_labels_are_left_out() -> None:
    """Beyond so many only the newest count."""
    rows = MEMORY + 1_000
    labels = (np.arange(rows) >= 1_000).astype(np.float64)
    grow = Grown()
    levels = np.zeros((rows, 1), np.int64)
    Trees(prepared(levels, labels), levels, grow).learn(labels, rows)
    assert len(grow.given[0][2]) == MEMORY
    assert grow.given[0][2].all()
