"""Forests that are fitted elsewhere: later, but the same, and published at the same place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import encode_msgpack
from schemas.fraud import FraudSample
from schemas.origins import Origin
from streams.features.catalogue import FRAUD_ROW, VERSION
from streams.folding import LogRecord, ModelMissing, Output
from streams.learn import FraudLearning, LearnSettings
from streams.learn.forests import fit

SETTINGS = LearnSettings(refit_every=4, reservoir=8, trees=3)


class Elsewhere:
    """Answers a plan when it is asked for the third time, as a slow process would; remembers every plan."""

    def __init__(self, patience: int = 3) -> None:
        self.asked: list[bytes] = []
        self._patience = patience

    def fit(self, planned: bytes) -> bytes:
        """See ``streams.learn.forests.Fit``."""
        self.asked.append(planned)
        if self.asked.count(planned) < self._patience:
            raise ModelMissing("a forest is being fitted", "folding goes on when it is done")
        return fit(planned)


def log_of(count: int, risks: list[float]) -> list[LogRecord]:
    """Samples, some in quarantine, each seen twice."""
    samples = [
        FraudSample(
            origin=Origin("user-log", 0, n),
            user="u",
            at=1000 * n,
            x=tuple(float((n * (c + 3)) % 11) for c in range(len(FRAUD_ROW))),
            catalogue=VERSION,
            risk=risks[n % len(risks)],
        )
        for n in range(count)
    ]
    return [LogRecord(k, k, None, encode_msgpack(samples[k // 2])) for k in range(2 * count)]


def entries(fold: FraudLearning) -> tuple[bytes, list[tuple[bytes, bytes | None]]]:
    """Everything that a checkpoint of it would hold."""
    fold.thaw()
    return fold.cut(), sorted(fold.encode_frozen(100))


@settings(deadline=None, max_examples=20)
@given(count=st.integers(1, 14), risks=st.lists(st.sampled_from([0.1, 0.95]), min_size=1, max_size=5))
def test_a_forest_that_comes_late_changes_nothing(count: int, risks: list[float]) -> None:
    """The same outputs caused by the same records, and the same state, as if it had been fitted on the spot."""
    log, elsewhere = log_of(count, risks), Elsewhere()
    here, there = FraudLearning(SETTINGS), FraudLearning(SETTINGS, elsewhere.fit)
    expected, outputs = list[Output](), list[Output]()
    here.fold(log, expected)
    while there.applied < log[-1].offset:
        try:
            there.fold(log, outputs)
        except ModelMissing:
            continue
    assert outputs == expected
    assert entries(there) == entries(here)


def test_while_a_forest_is_fitted_nothing_has_changed() -> None:
    """The sample that made it due is not taken: a checkpoint cut meanwhile holds all before it, and nothing of it."""
    log = log_of(8, [0.1])
    waiting, before = FraudLearning(SETTINGS, Elsewhere(10**9).fit), FraudLearning(SETTINGS)
    for _ in range(3):
        with pytest.raises(ModelMissing):
            waiting.fold(log, [])
    before.fold(log[: waiting.applied + 1], [])
    assert waiting.applied == 5  # the seventh record is the fourth sample
    assert entries(waiting) == entries(before)


def test_a_forest_is_asked_for_once_per_version() -> None:
    """However often the sample is tried, the plan is the same: whoever fits elsewhere need not fit twice."""
    elsewhere = Elsewhere()
    fold, log = FraudLearning(SETTINGS, elsewhere.fit), log_of(9, [0.1])
    while fold.applied < log[-1].offset:
        try:
            fold.fold(log, [])
        except ModelMissing:
            continue
    assert len(elsewhere.asked) == 6
    assert len(set(elsewhere.asked)) == 2
