"""What folds know, as gauges."""

from typing import Any

import msgspec
import numpy as np
import pytest

from agents.gauges import readings
from agents.metrics import METRICS
from schemas.closed_decisions import ClosedDecision
from schemas.codec import encode_msgpack
from schemas.models import ModelSnapshot
from schemas.origins import Origin
from schemas.records import CampaignsActivated, LogOpened, ModelActivated, Record, Ticked
from schemas.topics import CLOSED_DECISIONS
from streams.coordinate import Coordination
from streams.features.catalogue import RESPONSE_ROW, VERSION
from streams.fold import DecideFold
from streams.folding import Fold, LogRecord
from streams.learn import ForecastLearning, FraudLearning, ResponseLearning
from streams.models.snapshots import pack, seal
from streams.models.store import ModelStore
from tests.making.hours import busy, log_of
from tests.making.logs import SETTINGS

START = 1_793_498_400_000
MODEL = seal(
    ModelSnapshot(
        name="purchase",
        version=3,
        algorithm="logistic",
        catalogue=VERSION,
        features=RESPONSE_ROW,
        arrays={
            "mean": pack(np.zeros(len(RESPONSE_ROW))),
            "deviation": pack(np.ones(len(RESPONSE_ROW))),
            "weight": pack(np.zeros(len(RESPONSE_ROW))),
            "clip": pack(np.array([5.0])),
            "intercept": pack(np.array([0.0])),
            "calibration": pack(np.array([1.0, 0.0])),
        },
        trained_on=100,
        trained_until=START - 60_000,
    )
)


def told(fold: Fold, *, appended: int = 0, now: int = START) -> dict[str, float]:
    """Name and labels, joined by ``|``, with their value; every name stands in the table with as many labels."""
    found = {}
    for name, value, labels in readings(fold, "3", appended, now):
        assert METRICS[name].kind == "gauge"
        assert len(METRICS[name].labels) == len(labels)
        found["|".join((name, *labels))] = value
    return found


def decide(clock: str, *bodies: tuple[Origin, Any]) -> DecideFold:
    """A fold that has read an opening and these control records, a second apart from ``START`` on."""
    store = ModelStore()
    store.add(MODEL)
    fold = DecideFold(3, SETTINGS, store)
    records = [(Origin("log", 3, 0), LogOpened("e1", clock, 8, "k")), *bodies]
    for offset, (origin, body) in enumerate(records):
        at = START + 1000 * offset
        fold.fold([LogRecord(offset, at, b"", encode_msgpack(Record(origin, at, "", body)))], [])
    return fold


def test_configuration_is_told_by_its_origin_on_control() -> None:
    """The same in every partition, whatever the offset of its copy there; 0 where nothing was set."""
    campaigns = (Origin("operator", 0, 1_793_498_000_000), CampaignsActivated((), (), "a", "b"))
    activated = (Origin(CLOSED_DECISIONS, 0, 499, 1), ModelActivated("purchase", 3, MODEL.sha256))
    one = told(decide("arrival", campaigns, activated))
    other = told(decide("arrival", (Origin("ticks", 3, 9), Ticked()), campaigns, activated))
    for found in (one, other):
        assert found["config_version|campaigns|3"] == 1_793_498_000_000
        assert found["config_version|response_models|3"] == 499
        assert found["config_version|fraud_model|3"] == 0


@pytest.mark.parametrize(("clock", "age"), [("arrival", 660.0), ("source", 61.0)])
def test_a_model_ages_on_the_log_s_clock(clock: str, age: float) -> None:
    """By arrival even while the log stands still; in a history only as far as that has been folded."""
    activated = (Origin(CLOSED_DECISIONS, 0, 499), ModelActivated("purchase", 3, MODEL.sha256))
    found = told(decide(clock, activated), now=START + 600_000)
    assert found["model_age_seconds|purchase"] == age


def test_no_model_has_no_age() -> None:
    """Before the first activation."""
    assert not [name for name in told(decide("arrival")) if name.startswith("model")]


def test_the_fold_s_clock_may_lag_the_broker_s() -> None:
    """By arrival; in a history the two have nothing to do with each other."""
    tick = (Origin("ticks", 3, 9), Ticked())
    assert told(decide("arrival", tick), appended=START + 3000)["clock_skew_seconds|3"] == 2.0
    assert told(decide("source", tick), appended=START + 3000)["clock_skew_seconds|3"] == 0.0


def closed(number: int, **changes: Any) -> ClosedDecision:
    """A closed decision that a model can learn from."""
    given = ClosedDecision(
        origin=Origin("user-log", 0, number),
        decision_id=f"e1-0-{number}-0",
        user="u",
        campaign="cart-rescue@4",
        kind="cart_abandonment",
        ghost=False,
        channel="push",
        action=0,
        propensities=(0.6, 0.4),
        depths=(0.1, 0.0),
        sent=(True, False),
        x=(0.0,) * len(RESPONSE_ROW),
        catalogue=VERSION,
        opened_at=START,
        closed_at=START + number,
        delivered=True,
        clicked=False,
        purchased=False,
        revenue=0,
        margin=-3,
        first=True,
    )
    return msgspec.structs.replace(given, **changes)


def folded(fold: Fold, *decisions: ClosedDecision) -> Fold:
    """The fold after these."""
    fold.fold([LogRecord(n, START, b"u", encode_msgpack(decision)) for n, decision in enumerate(decisions)], [])
    return fold


def test_losses_stand_beside_the_constant_s_and_ghosts_apart() -> None:
    """Calibration is that of the users whom the model decides for."""
    decisions = [closed(n, purchased=n % 3 == 0, clicked=n % 2 == 0, ghost=n % 5 == 0) for n in range(30)]
    fold = folded(ResponseLearning(), *decisions)
    assert isinstance(fold, ResponseLearning)
    found, (model, constant) = told(fold), fold.losses()["purchase"]
    assert found["model_loss|purchase|champion"] == model > 0
    assert found["model_loss|purchase|constant"] == constant > 0
    assert found["model_loss|purchase|champion_ghosts"] == fold.losses()["purchase.ghosts"][0]
    assert {name for name in found if name.startswith("model_calibration")} == {
        "model_calibration_ratio|purchase",
        "model_calibration_ratio|click",
    }
    assert found["model_calibration_ratio|purchase"] == fold.calibrations()["purchase"]


def test_challengers_stand_beside_their_champion() -> None:
    """Loss, calibration and how much loss they would surely save; nothing before the first decision."""
    assert not [name for name in told(ResponseLearning()) if "challenger" in name]
    fold = folded(ResponseLearning(), *[closed(n, purchased=n % 3 == 0) for n in range(30)])
    assert isinstance(fold, ResponseLearning)
    found, challengers = told(fold), fold.challengers()["purchase"]
    assert set(challengers) == {"lines", "bends", "crosses"}
    for algorithm, (progress, lead) in challengers.items():
        assert found[f"model_loss|purchase|challenger_{algorithm}"] == progress.losses[0] > 0
        assert found[f"challenger_calibration_ratio|purchase|{algorithm}"] == progress.calibration
        assert found[f"challenger_lead_nats|purchase|{algorithm}"] == lead < 0


def test_experiments_are_counted_per_arm() -> None:
    """Users once each, with what their windows brought."""
    fold = folded(
        Coordination(),
        closed(0, purchased=True, margin=900),
        closed(1),
        closed(2, first=False, purchased=True),
        closed(3, ghost=True),
    )
    found = told(fold)
    assert found["experiment_users|cart-rescue|4|treatment"] == 2
    assert found["experiment_purchases|cart-rescue|4|treatment"] == 1
    assert found["experiment_margin_minor_units|cart-rescue|4|treatment"] == 897
    assert found["experiment_users|cart-rescue|4|holdout"] == 1


def test_forecasts_stand_beside_the_same_hour_last_week() -> None:
    """From the second week on; what categories were off is one figure, whichever they are."""
    fold = ForecastLearning()
    fold.fold(log_of(busy(172, {"a": 3.0, "b": 1.0})), [])
    found, off = told(fold), {name: errors[0] for name, errors in fold.errors().items()}
    assert set(found) == {
        f"forecast_error|{series}|{hours}|{model}"
        for series in ("events", "orders", "pieces")
        for hours in (1, 24)
        for model in ("blend", "same_hour_last_week")
    }
    assert found["forecast_error|events|1|blend"] == off["events"].forecaster
    pieces = off["pieces:a"].baseline + off["pieces:b"].baseline
    assert found["forecast_error|pieces|1|same_hour_last_week"] == pytest.approx(pieces)
    assert told(ForecastLearning()) == {}


def test_a_fold_without_gauges_has_none() -> None:
    """A detector learns without labels."""
    assert told(FraudLearning()) == {}
