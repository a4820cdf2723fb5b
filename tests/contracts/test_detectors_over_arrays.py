"""What every family of detectors promises. A new one: its file and one line in ``FAMILIES`` (and its original here)."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pyod.models.knn import KNN
from river.anomaly import HalfSpaceTrees
from sklearn.neighbors import LocalOutlierFactor

from streams.arrays import Floats
from streams.fraud.detectors import half_space_trees as half_space
from streams.fraud.detectors.detector import Detector, Family
from streams.fraud.detectors.encoding import fit_encoding
from streams.fraud.detectors.families import FAMILIES
from streams.fraud.fit import FittedForest
from tests.making.wire import arrays_over_the_wire

COLUMNS = 5
RANGES = {"half_space_trees": (0.0, 1.0), "isolation_forest": (-1.0, 1.0)}
"""Where scores end; of the other families they are only at least 0."""

every_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)


def rows_of(seed: int, count: int = 600) -> Floats:
    """Correlated rows of three clusters and unequal scales."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(scale=3.0, size=(3, COLUMNS))
    return np.asarray(
        centres[rng.integers(0, 3, count)] + rng.normal(size=(count, COLUMNS)) * np.linspace(1, 3, COLUMNS)
    )


def by_pyods_forest(rows: Floats, asked: Floats, seed: int) -> Floats:
    """PyOD's own scores."""
    return FittedForest(rows, seed).decision_function(asked)


def by_rivers_trees(rows: Floats, asked: Floats, seed: int) -> Floats:
    """River's own scores of rows that it learns after scoring each, after a window of the fitted ones."""
    window = min(half_space.WINDOW, len(rows))
    trees: Any = HalfSpaceTrees(half_space.TREES, half_space.HEIGHT, window, seed=seed)
    low, width = rows.min(axis=0), np.ptp(rows, axis=0)
    scaled = (np.concatenate([rows[-window:], asked]) - low) / width
    found = []
    for row in scaled.tolist():
        x = dict(enumerate(row))
        found.append(trees.score_one(x))
        trees.learn_one(x)
    return np.array(found[window:])


def by_scikit_learns_factor(rows: Floats, asked: Floats, seed: int) -> Floats:
    """scikit-learn's factors, with novelty, on the same reference."""
    reference = fitted("local_outlier_factor", rows, seed).arrays()["reference"]
    model: Any = LocalOutlierFactor(min(20, len(reference) - 1), novelty=True).fit(reference)
    return np.asarray(-model.score_samples(asked))


def by_pyods_neighbours(rows: Floats, asked: Floats, seed: int) -> Floats:
    """The mean over samples of PyOD's distance to the fifth neighbour."""
    samples = fitted("nearest_neighbours", rows, seed).arrays()["samples"]
    found = [KNN(n_neighbors=5).fit(sample).decision_function(asked) for sample in samples]
    return np.asarray(np.mean(found, axis=0))


ORIGINALS: dict[str, Callable[[Floats, Floats, int], Floats]] = {
    "isolation_forest": by_pyods_forest,
    "half_space_trees": by_rivers_trees,
    "local_outlier_factor": by_scikit_learns_factor,
    "nearest_neighbours": by_pyods_neighbours,
}
"""The library that a compiled form stands for, by the family's name."""


def fitted(name: str, rows: Floats, seed: int) -> Detector:
    """A detector of the family."""
    family = next(family for family in FAMILIES if family.name == name)
    return family.load(family.fit(rows, seed))


ROWS, ASKED = rows_of(1, 1_200), rows_of(2, 300)
FITTED = {family.name: family.fit(ROWS, 7) for family in FAMILIES}


@every_family
def test_input_is_untouched(family: Family) -> None:
    """Fitting, scoring and learning change neither rows nor the arrays that a detector was loaded from."""
    rows, own = ROWS.copy(), family.fit(ROWS, 7)
    family.fit(rows, 7)
    family.load(own).score_and_learn(rows)
    assert np.array_equal(rows, ROWS)
    assert all(np.array_equal(own[name], values) for name, values in FITTED[family.name].items())


@every_family
def test_seeded_fits_repeat(family: Family) -> None:
    """The same rows and seed give the same arrays, another seed others."""
    again, other = family.fit(ROWS, 7), family.fit(ROWS, 8)
    assert all(np.array_equal(again[name], values) for name, values in FITTED[family.name].items())
    assert any(not np.array_equal(other[name], values) for name, values in FITTED[family.name].items())


@every_family
def test_it_goes_on_after_a_restore_as_if_it_had_never_stopped(family: Family) -> None:
    """Snapshot, send, restore, go on: bit by bit the scores of one that went straight through."""
    straight, first = family.load(FITTED[family.name]), family.load(FITTED[family.name])
    expected = straight.score_and_learn(ASKED)
    before = first.score_and_learn(ASKED[:117])
    restored = family.load(arrays_over_the_wire(first.arrays()))
    assert np.array_equal(np.concatenate([before, restored.score_and_learn(ASKED[117:])]), expected)


@every_family
def test_scoring_teaches_nothing(family: Family) -> None:
    """A row's score does not depend on what was scored beside or before it."""
    detector = family.load(FITTED[family.name])
    expected = detector.scores(ASKED)
    assert np.array_equal(np.concatenate([detector.scores(ASKED[k : k + 1]) for k in range(50)]), expected[:50])
    assert np.array_equal(detector.scores(ASKED), expected)


@every_family
def test_a_row_is_scored_before_it_is_learned(family: Family) -> None:
    """What comes later, and the row itself, leave no trace in its score."""
    detector, other = family.load(FITTED[family.name]), family.load(FITTED[family.name])
    changed = ASKED.copy()
    changed[200:] = 9.0
    assert np.array_equal(detector.score_and_learn(ASKED)[:200], other.score_and_learn(changed)[:200])
    fresh = family.load(FITTED[family.name])
    assert fresh.score_and_learn(ASKED[:1])[0] == family.load(FITTED[family.name]).scores(ASKED[:1])[0]


@every_family
@settings(max_examples=50, deadline=None)
@given(rows=arrays(np.float64, (4, COLUMNS), elements=st.floats(-30.0, 30.0)))
def test_scores_are_finite_and_in_range(family: Family, rows: Floats) -> None:
    """Whatever the rows, the scores are finite and within the family's range."""
    low, high = RANGES.get(family.name, (0.0, np.inf))
    scores = family.load(FITTED[family.name]).scores(rows)
    assert np.isfinite(scores).all()
    assert (scores >= low).all()
    assert (scores <= high).all()


@every_family
@settings(max_examples=4, deadline=None)
@given(kind=st.sampled_from(["same", "two", "constant column", "few"]), seed=st.integers(0, 1000))
def test_odd_pasts_are_learned_from(family: Family, kind: str, seed: int) -> None:
    """Rows that are all the same, only two kinds of them, or two in all: scores stay finite."""
    rows = rows_of(seed, 40)
    pasts = {"same": rows[[0] * 40], "two": rows[[0, 1] * 20], "constant column": rows.copy(), "few": rows[:2]}
    pasts["constant column"][:, 0] = 4.0
    scores = family.load(family.fit(pasts[kind], seed)).score_and_learn(rows)
    assert np.isfinite(scores).all()


@every_family
def test_the_absurd_is_stranger_than_the_common(family: Family) -> None:
    """A row far outside everything scores above the median row."""
    detector = family.load(FITTED[family.name])
    assert detector.scores(np.full((1, COLUMNS), 29.0))[0] > np.median(detector.scores(ROWS))


@every_family
@pytest.mark.parametrize("rows", [np.ones((1, 2)), np.full((1, COLUMNS), np.nan), np.full((1, COLUMNS), np.inf)])
def test_rows_that_it_was_not_made_for_are_refused(family: Family, rows: Floats) -> None:
    """A missing column or a value that is not finite is refused; encoding comes before."""
    with pytest.raises(ValueError, match="finite numbers"):
        family.load(FITTED[family.name]).scores(rows)


@every_family
def test_missing_values_and_unknown_categories_have_a_score(family: Family) -> None:
    """By way of the encoding: gaps, columns that are all gaps, categories never seen, absurd numbers."""
    rng = np.random.default_rng(3)
    numbers, levels = rng.normal(size=(300, 3)), rng.integers(0, 4, (300, 2))
    numbers[::7, 0], numbers[:, 2] = np.nan, np.nan
    encoding = fit_encoding(numbers, levels)
    detector = family.load(family.fit(encoding.rows(numbers, levels), 1))
    odd = np.array([[np.nan] * 3, [1e300, -1e300, 0.0]])
    assert np.isfinite(detector.scores(encoding.rows(odd, np.array([[0, 9], [99, 1]])))).all()


@every_family
@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 2**31), count=st.integers(30, 400))
def test_compiled_equals_original(family: Family, seed: int, count: int) -> None:
    """On any data, row by row, the library's own answer, to 1e-9 of it (1e-12 for the trees of both kinds)."""
    rows, asked = rows_of(seed, count), rows_of(seed + 1, 300)
    own = family.load(family.fit(rows, seed)).score_and_learn(asked)
    close = 1e-12 if family.name in RANGES else 1e-9
    assert np.allclose(own, ORIGINALS[family.name](rows, asked, seed), rtol=close, atol=close)
