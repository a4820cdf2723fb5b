from math import log1p

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.models import ModelSnapshot
from streams.features.catalogue import FRAUD_ROW, VERSION
from streams.folding import Refusal
from streams.fraud.fit import FittedForest
from streams.fraud.forest import IsolationForest
from streams.fraud.risk import ANCHORS, assess
from streams.fraud.rules import RULES
from streams.models.snapshots import pack

COLUMNS = len(FRAUD_ROW)
ROWS = np.log1p(np.random.default_rng(2).exponential(3.0, size=(1000, COLUMNS)))
FITTED = FittedForest(ROWS, seed=1, trees=30)


def snapshot(**changes: object) -> ModelSnapshot:
    """A forest's snapshot with some arrays replaced."""
    arrays = {name: pack(values) for name, values in FITTED.arrays().items()} | changes
    return ModelSnapshot(
        name="fraud",
        version=1,
        algorithm="isolation_forest",
        catalogue=VERSION,
        features=FRAUD_ROW,
        arrays=arrays,  # type: ignore[arg-type]
        trained_on=len(ROWS),
        trained_until=0,
    )


FOREST = IsolationForest.from_snapshot(snapshot())
values = st.fixed_dictionaries({name: st.floats(0.0, 1e4) for name in FRAUD_ROW})


def row(of: dict[str, float]) -> tuple[float, ...]:
    """What the detector sees of values."""
    return tuple(log1p(of[name]) for name in FRAUD_ROW)


@given(of=values)
def test_alarms_only_add(of: dict[str, float]) -> None:
    """Noisy-or: with the forest the risk is at least that of the rules alone, and stays a probability."""
    alone, together = assess(of, row(of), None), assess(of, row(of), FOREST)
    assert 0.0 <= alone.value <= together.value + 1e-12 <= 1.0 + 1e-12
    assert set(alone.reasons) <= set(together.reasons)


def test_an_ordinary_customer_is_hardly_risky() -> None:
    """Over the training rows themselves the forest's mean risk is about 5 %; half of them stay under 3 %."""
    risks = sorted(assess({}, tuple(one), FOREST).value for one in ROWS.tolist())
    assert 0.02 <= float(np.mean(risks)) <= 0.08
    assert risks[len(risks) // 2] <= 0.03


def test_strangeness_alone_convicts_nobody() -> None:
    """However strange, without a rule the risk stays at 0.7, under every gate's default."""
    risk = assess({}, (25.0,) * COLUMNS, FOREST)
    assert risk.value <= ANCHORS[-1][1]
    assert risk.reasons == ("unusual behaviour: stranger than 99.9% of customers",)


def test_reasons_come_strongest_first() -> None:
    """What weighs most is read first."""
    seen = {"fraud.devices": 5.0, "fraud.coupons_per_day": 9.0}
    risk = assess(seen, (), None)
    assert [reason.split(":")[0] for reason in risk.reasons] == ["coupon stacking", "many devices"]
    weight = {rule.name: rule.weight for rule in RULES}
    assert risk.value == pytest.approx(1 - (1 - weight["many_devices"]) * (1 - weight["coupon_stacking"]) ** 3)


def test_a_rank_is_the_share_of_training_rows_under_a_score() -> None:
    """The quantiles kept give the rank back to within a hundredth."""
    scores = FITTED.decision_function(ROWS)
    for score in np.quantile(scores, [0.05, 0.31, 0.5, 0.77, 0.95, 0.998]).tolist():
        assert abs(FOREST.rank(score) - float(np.mean(scores < score))) <= 0.01
    assert FOREST.rank(float(scores.min()) - 1.0) == 0.0
    assert FOREST.rank(float(scores.max()) + 1.0) == 1.0


def test_what_everybody_does_is_not_strange() -> None:
    """Where all training rows are the same, a row like them has rank 0: ties do not count as stranger."""
    same = np.ones((300, COLUMNS))
    arrays = {name: pack(found) for name, found in FittedForest(same, seed=1, trees=5).arrays().items()}
    forest = IsolationForest.from_snapshot(msgspec.structs.replace(snapshot(), arrays=arrays))
    assert forest.rank(forest.score(tuple(same[0].tolist()))) == 0.0


@pytest.mark.parametrize(
    "broken",
    [
        {"root": pack(np.array([10**6], dtype=np.int32))},
        {"right": pack(np.zeros_like(FITTED.arrays()["right"]))},
        {"feature": pack(np.full_like(FITTED.arrays()["feature"], COLUMNS))},
        {"value": pack(FITTED.arrays()["value"][:-1])},
        {"value": pack(FITTED.arrays()["value"].astype(np.float32))},
        {"scale": pack(np.array([1.0]))},
    ],
)
def test_arrays_that_make_no_forest_are_refused(broken: dict[str, object]) -> None:
    """Machine code without bounds checks walks only what was checked before."""
    with pytest.raises(Refusal, match="make no forest"):
        IsolationForest.from_snapshot(snapshot(**broken))


def test_a_forest_without_its_arrays_is_refused() -> None:
    """A snapshot that lacks an array says so."""
    with pytest.raises(Refusal, match="lacks arrays"):
        IsolationForest.from_snapshot(msgspec.structs.replace(snapshot(), arrays={}))
