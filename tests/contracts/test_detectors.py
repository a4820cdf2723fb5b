"""What every fraud detector promises. A new one: its file under streams/fraud and one line in ``DETECTORS``."""

from collections.abc import Callable, Sequence
from math import expm1, isfinite
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from schemas.codec import decode_msgpack, encode_msgpack
from schemas.models import ModelSnapshot
from streams.features.catalogue import FRAUD_ROW, VERSION
from streams.fraud.fit import FittedForest
from streams.fraud.forest import IsolationForest
from streams.fraud.risk import assess
from streams.models.snapshots import pack, seal, verify

Rows = NDArray[np.float64]
Score = Callable[[tuple[float, ...]], float]

COLUMNS = len(FRAUD_ROW)


class Detector(NamedTuple):
    """``fit`` makes snapshot bytes from rows and a seed, ``load`` a scorer from bytes; scores lie in [low, high].

    ``original`` scores the same rows by the library that the compiled form stands for.
    """

    name: str
    fit: Callable[[Rows, int], bytes]
    load: Callable[[bytes], Score]
    low: float = 0.0
    high: float = 1.0
    original: Callable[[Rows, int], Rows] | None = None


def forest_snapshot(rows: Rows, seed: int, trees: int = 20, columns: Sequence[str] = FRAUD_ROW) -> bytes:
    """The sealed snapshot of a forest, as it goes over the wire."""
    arrays = {name: pack(values) for name, values in FittedForest(rows, seed, trees).arrays().items()}
    snapshot = ModelSnapshot(
        name="fraud",
        version=1,
        algorithm="isolation_forest",
        catalogue=VERSION,
        features=tuple(columns),
        arrays=arrays,
        trained_on=len(rows),
        trained_until=0,
    )
    return encode_msgpack(seal(snapshot))


def load_forest(data: bytes) -> IsolationForest:
    """The compiled forest of snapshot bytes."""
    snapshot = decode_msgpack(data, ModelSnapshot)
    verify(snapshot)
    return IsolationForest.from_snapshot(snapshot)


def by_risk(forest: IsolationForest | None) -> Score:
    """The combined risk; values are the row's own in catalogue units."""
    return lambda row: assess({n: expm1(v) for n, v in zip(FRAUD_ROW, row, strict=True)}, row, forest).value


DETECTORS = (
    Detector(
        "isolation forest",
        forest_snapshot,
        lambda data: load_forest(data).score,
        low=-1.0,
        original=lambda rows, seed: FittedForest(rows, seed, 20).decision_function(rows),
    ),
    Detector("rules", lambda rows, seed: b"", lambda data: by_risk(None)),  # noqa: ARG005 - rules need no fitting
    Detector("combined risk", forest_snapshot, lambda data: by_risk(load_forest(data))),
)

every_detector = pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.name)
some_rows = st.tuples(*[st.floats(min_value=0.0, max_value=30.0)] * COLUMNS)


def rows_of(seed: int, count: int = 400) -> Rows:
    """Skewed rows as log1p of counts and amounts are; the second half of the columns mostly zero."""
    rng = np.random.default_rng(seed)
    values = rng.exponential(4.0, size=(count, COLUMNS)) * (rng.random((count, COLUMNS)) < np.linspace(1, 0.1, COLUMNS))
    return np.asarray(np.log1p(values), dtype=np.float64)


ROWS = rows_of(1)
FITTED = {detector.name: detector.fit(ROWS, 7) for detector in DETECTORS}


@every_detector
def test_input_is_untouched(detector: Detector) -> None:
    """Fitting and scoring change neither rows nor values."""
    rows = ROWS.copy()
    score = detector.load(detector.fit(rows, 7))
    row = tuple(rows[0].tolist())
    score(row)
    assert np.array_equal(rows, ROWS)
    assert row == tuple(ROWS[0].tolist())


@every_detector
def test_seeded_fits_repeat(detector: Detector) -> None:
    """The same rows and seed give the same bytes, run after run."""
    assert detector.fit(ROWS, 7) == FITTED[detector.name]


@every_detector
def test_a_snapshot_survives_the_wire(detector: Detector) -> None:
    """A model restored from bytes twice scores the same both times."""
    first, second = detector.load(FITTED[detector.name]), detector.load(FITTED[detector.name])
    assert [first(tuple(row)) for row in ROWS.tolist()] == [second(tuple(row)) for row in ROWS.tolist()]


@every_detector
@given(row=some_rows)
def test_scores_are_finite_and_in_range(detector: Detector, row: tuple[float, ...]) -> None:
    """Whatever the row, the score is a finite number within the detector's range, and the same each time."""
    score = detector.load(FITTED[detector.name])
    value = score(row)
    assert isfinite(value)
    assert detector.low <= value <= detector.high
    assert score(row) == value


@every_detector
def test_scoring_teaches_nothing(detector: Detector) -> None:
    """A row's score does not depend on what was scored before it."""
    score = detector.load(FITTED[detector.name])
    before = score(tuple(ROWS[0].tolist()))
    for row in ROWS.tolist():
        score(tuple(row))
    assert score(tuple(ROWS[0].tolist())) == before


@every_detector
def test_the_absurd_is_stranger_than_the_common(detector: Detector) -> None:
    """A row far outside everything scores at least as high as any other."""
    score = detector.load(FITTED[detector.name])
    assert score((15.0,) * COLUMNS) >= max(score(tuple(row)) for row in ROWS.tolist())


@pytest.mark.parametrize("row", [(1.0,), (float("nan"), *[1.0] * (COLUMNS - 1)), (float("inf"),) * COLUMNS])
def test_a_forest_refuses_rows_that_it_was_not_made_for(row: tuple[float, ...]) -> None:
    """A missing column or value is refused, as PyOD refuses it; nothing is guessed."""
    forest = load_forest(FITTED["isolation forest"])
    with pytest.raises(ValueError, match="finite numbers"):
        forest.score(row)


def test_rules_take_an_unknown_feature_for_harmless() -> None:
    """A value that is missing, or that no rule knows, adds no risk."""
    assert assess({"no.such.feature": 1e9}, (), None) == (0.0, ())


@pytest.mark.parametrize("detector", [d for d in DETECTORS if d.original], ids=lambda detector: detector.name)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**31), count=st.integers(2, 300))
def test_compiled_equals_original(detector: Detector, seed: int, count: int) -> None:
    """On any data the compiled form gives the library's own scores, to 1e-12."""
    rows = rows_of(seed, count)
    score = detector.load(detector.fit(rows, seed))
    assert detector.original is not None
    original = detector.original(rows, seed)
    assert np.abs(np.array([score(tuple(row)) for row in rows.tolist()]) - original).max() <= 1e-12


@pytest.mark.data
def test_the_forest_equals_pyod_on_adbench(adbench: list[Path]) -> None:
    """On ten public data sets the compiled forest gives PyOD's own scores, to 1e-12."""
    worst = {file.stem: _difference(np.load(file)) for file in adbench}
    assert len(worst) == 10
    assert max(worst.values()) <= 1e-12, worst


def _difference(data: Any) -> float:
    rows = np.asarray(data["X"], dtype=np.float64)
    rows = rows[np.random.default_rng(0).permutation(len(rows))[:3000]]
    fitted = FittedForest(rows, seed=3)
    columns = [f"c{k}" for k in range(rows.shape[1])]
    forest = load_forest(forest_snapshot(rows, 3, trees=100, columns=columns))
    own = np.array([forest.score(row) for row in rows.tolist()])
    return float(np.abs(own - fitted.decision_function(rows)).max())
