from collections.abc import Sequence

import msgspec
import numpy as np
import pytest

from schemas.closed_decisions import ClosedDecision
from schemas.codec import decode_json, decode_msgpack, decode_record, encode_msgpack
from schemas.dead_letters import DeadLetter
from schemas.fraud import FraudSample
from schemas.models import ModelSnapshot
from schemas.origins import Origin
from schemas.records import ModelActivated
from schemas.topics import DEAD_LETTERS
from streams.features.catalogue import CATALOGUE, FRAUD_ROW, RESPONSE_ROW, SEGMENT_ROW, VERSION
from streams.folding import Fold, LogRecord, Output
from streams.fraud.forest import IsolationForest
from streams.learn import FraudLearning, LearnSettings, ResponseLearning
from streams.ledger import Ledger
from streams.models.store import ModelStore
from streams.response.logistic import Logistic
from streams.segments.served import LearnedSegments
from tests.making.closed import NOTHING


def decision(number: int, **fields: object) -> ClosedDecision:
    """A closed decision; its number is its origin's offset."""
    own = {"origin": Origin("user-log", 0, number), "closed_at": 10 * number} | fields
    return msgspec.structs.replace(NOTHING, **own)


def sample(number: int, **fields: object) -> FraudSample:
    """A fraud sample; its number is its origin's offset."""
    x = tuple(np.random.default_rng(number).exponential(1.0, len(FRAUD_ROW)).tolist())
    made = FraudSample(origin=Origin("user-log", 0, number), user="u", at=10 * number, x=x, catalogue=VERSION, risk=0.1)
    return msgspec.structs.replace(made, **fields)


def fold_all(fold: Fold, messages: Sequence[msgspec.Struct]) -> list[Output]:
    """The outputs of messages appended to the fold's log."""
    outputs: list[Output] = []
    first = fold.applied + 1
    fold.fold([LogRecord(first + k, 0, None, encode_msgpack(message)) for k, message in enumerate(messages)], outputs)
    return outputs


def snapshots(outputs: Sequence[Output]) -> list[ModelSnapshot]:
    """The snapshots among outputs."""
    return [decode_msgpack(output.value, ModelSnapshot) for output in outputs if output.topic == "models"]


def test_a_ready_model_goes_out_before_its_activation() -> None:
    """The snapshot stands on `models` under name@version, then `control` activates it by its checksum."""
    fold = ResponseLearning(LearnSettings(retrain_every=3))
    outputs = fold_all(fold, [decision(n) for n in range(7)])
    assert [(output.topic, output.key) for output in outputs] == [
        ("models", b"purchase@1"),
        ("control", b"model"),
        ("models", b"purchase@2"),
        ("control", b"model"),
    ]
    record, snapshot = decode_record(outputs[3].value), snapshots(outputs)[1]
    assert record.origin == Origin("closed-decisions", 0, 5, 0)
    assert record.written_at == snapshot.trained_until == 50
    assert record.body == ModelActivated("purchase", 2, snapshot.sha256)
    assert outputs[3].headers == (("origin", b"closed-decisions/0/5/0"),)


def test_what_is_published_can_be_had_from_the_store() -> None:
    """The compiled model that decides answers as the learner that judged."""
    store = ModelStore()
    fold = ResponseLearning(LearnSettings(retrain_every=4))
    sent = [decision(n, action=1, delivered=True, clicked=n % 2 == 0) for n in range(4)]
    for snapshot in snapshots(fold_all(fold, sent)):
        store.add(snapshot)
        found = store.get(snapshot.name, snapshot.version, snapshot.sha256)
        assert isinstance(found, Logistic)
        assert found.closed == {"cart-rescue": 4}
    assert store.grown == 2


def test_ghosts_judge_and_never_train() -> None:
    """A held-out user's outcome moves no weight: only its own loss is kept, under its own name."""
    trained = ResponseLearning(LearnSettings(retrain_every=9))
    fold_all(trained, [decision(n, purchased=n % 3 == 0) for n in range(8)])
    with_ghosts = ResponseLearning(LearnSettings(retrain_every=9))
    fold_all(with_ghosts, [decision(n, purchased=n % 3 == 0) for n in range(8)])
    model = with_ghosts.losses()["purchase"]
    ghosts = [decision(n, ghost=True, action=1, purchased=True, clicked=True) for n in range(8, 12)]
    published = snapshots(fold_all(with_ghosts, ghosts))
    assert with_ghosts.losses()["purchase"] == model
    assert set(with_ghosts.losses()) == {"purchase", "purchase.ghosts"}
    assert [snapshot.trained_on for snapshot in published] == [8]
    alone = snapshots(fold_all(trained, [decision(8, ghost=True)]))
    assert published[0].sha256 == alone[0].sha256


def test_the_click_model_learns_from_messages_that_went_out() -> None:
    """Not from decisions to send nothing, nor from messages that failed; a click proves delivery."""
    fold = ResponseLearning(LearnSettings(retrain_every=5))
    seen = [
        decision(0),
        decision(1, action=1),
        decision(2, action=1, delivered=True),
        decision(3, action=1, clicked=True),
        decision(4, action=1, delivered=True, ghost=True),
    ]
    trained = {snapshot.name: snapshot.trained_on for snapshot in snapshots(fold_all(fold, seen))}
    assert trained == {"purchase": 4, "click": 2}


def test_a_label_never_reaches_the_prediction_that_it_judges() -> None:
    """Score before learn: the first label is judged by a model that knows nothing, whatever the label."""
    for label in (True, False):
        fold = ResponseLearning()
        fold_all(fold, [decision(0, purchased=label)])
        assert fold.losses()["purchase"][0] == np.log(2.0)


def counted(fold: Fold) -> dict[str, int]:
    """Its counters without those at zero."""
    return {name: count for name, count in fold.counters().items() if count}


def test_what_was_taken_is_not_taken_again() -> None:
    """Repeats and anything older of the same source partition are dropped; another partition counts for itself."""
    fold = ResponseLearning()
    numbers = [5, 5, 3, 6]
    other = decision(1, origin=Origin("user-log", 1, 1))
    fold_all(fold, [*(decision(number) for number in numbers), other])
    assert counted(fold) == {"records_total|learn|closed_decision": 3, "duplicates_total|closed-decisions": 2}


def test_rows_of_another_catalogue_train_nothing() -> None:
    """A row whose columns mean something else is counted and left."""
    fold = ResponseLearning(LearnSettings(retrain_every=1))
    odd: list[dict[str, object]] = [{"catalogue": "0"}, {"x": (1.0,)}, {"action": 9}]
    odd += [{"propensities": (0.4, 0.3, 0.3)}, {"propensities": (0.0, 1.0)}]
    for number in (float("nan"), float("inf"), 1e300):
        odd += [{"x": (number, *NOTHING.x[1:])}, {"depths": (0.0, number)}, {"propensities": (0.4, number)}]
    assert fold_all(fold, [decision(n, **fields) for n, fields in enumerate(odd)]) == []
    assert counted(fold) == {"records_total|learn|closed_decision_unfit": 14}


def test_it_beats_the_constant_where_there_is_something_to_learn() -> None:
    """Progressive log loss under that of the running base rate on every seed, and well calibrated."""
    gains = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        rows = np.log1p(rng.exponential(2.0, size=(1500, len(RESPONSE_ROW))))
        chances = 1 / (1 + np.exp(-((rows - rows.mean(0)) @ rng.normal(0, 0.7, len(RESPONSE_ROW)) - 2)))
        bought = rng.random(len(rows)) < chances
        fold = ResponseLearning(LearnSettings(retrain_every=10**6))
        fold_all(fold, [decision(n, x=tuple(rows[n].tolist()), purchased=bool(bought[n])) for n in range(len(rows))])
        model, constant = fold.losses()["purchase"]
        gains.append(constant - model)
        assert 0.8 <= fold.calibrations()["purchase"] <= 1.25
    assert min(gains) > 0


def test_a_forest_is_fitted_again_and_again() -> None:
    """Every `refit_every` samples a new version goes out; it compiles and scores."""
    fold = FraudLearning(LearnSettings(refit_every=20, reservoir=30, trees=5))
    outputs = fold_all(fold, [sample(n) for n in range(45)])
    published = snapshots(outputs)
    assert [(snapshot.key, snapshot.trained_on) for snapshot in published] == [("fraud@1", 20), ("fraud@2", 30)]
    assert decode_record(outputs[1].value).origin == Origin("fraud-samples", 0, 19, 0)
    assert np.isfinite(IsolationForest.from_snapshot(published[1]).score(sample(1).x))
    assert fold.losses() == {}


def test_quarantined_and_unfit_samples_train_nothing() -> None:
    """Abusers cannot make themselves normal, and broken rows break nothing."""
    fold = FraudLearning(LearnSettings(refit_every=1))
    unfit = (float("nan"), *[0.0] * (len(FRAUD_ROW) - 1))
    assert fold_all(fold, [sample(0, risk=0.9), sample(1, x=unfit), sample(2, catalogue="0"), sample(2)]) == []
    assert fold.counters() == {
        "records_total|learn|fraud_sample_quarantined": 1,
        "records_total|learn|fraud_sample_unfit": 2,
        "duplicates_total|fraud-samples": 1,
    }


def test_decisions_of_risky_customers_are_in_quarantine() -> None:
    """Neither learned from nor judged, if the risk was known at the decision, and also where chance let it pass."""
    fold = ResponseLearning(LearnSettings(retrain_every=1))
    risky = (decision(1, risk=0.9), decision(2, risk=0.85, pass_probability=0.03))
    assert fold_all(fold, risky) == []
    assert fold.counters()["records_total|learn|closed_decision_quarantined"] == 2
    assert fold.losses() == {}
    fold_all(fold, [*risky, decision(3, risk=0.85)])
    assert set(fold.losses()) == {"purchase"}


def test_the_shadow_teaches_nothing() -> None:
    """It is neither learned from nor judged, and does not count towards t of the draw."""
    fold = ResponseLearning(LearnSettings(retrain_every=2))
    made = [decision(n, ghost=True, shadow=n < 5, purchased=n % 2 == 0) for n in range(1, 7)]
    fold_all(fold, made)
    assert fold.progress()["purchase.ghosts"].count == 2


@pytest.mark.parametrize("fold", [ResponseLearning(), FraudLearning()])
def test_foreign_bytes_are_dead_lettered_and_learning_goes_on(fold: Fold) -> None:
    """One message that nobody can read must not stop the role for good."""
    outputs: list[Output] = []
    fold.fold([LogRecord(7, 1000, b"k", b"foreign")], outputs)
    (letter,) = outputs
    assert letter.topic == DEAD_LETTERS
    assert decode_json(letter.value, DeadLetter).value == b"foreign"
    assert (fold.applied, list(counted(fold).values())) == (7, [1])


def test_a_version_is_published_at_most_once_in_a_pause() -> None:
    """However fast labels come: each version is kept for long, so their number must not grow with traffic."""
    ledger = Ledger()
    published = []
    for at in range(1, 10_001):
        ledger.waiting += 1
        if ledger.is_due(every=10, pause=2_500, at=at):
            ledger.note_published(at, "m")
            published.append(at)
    assert published == [10, 2_510, 5_010, 7_510]
    assert ledger.versions == {"m": 4}


def lively(number: int, **fields: object) -> ClosedDecision:
    """A closed decision about a customer whose row is drawn by its number."""
    x = tuple(np.log1p(np.random.default_rng(number).exponential(2.0, len(RESPONSE_ROW))).tolist())
    return decision(number, **{"x": x} | fields)


def test_segments_come_with_the_first_batch_and_score_from_the_store() -> None:
    """Not before; then both with every version of the response models, ready to name any customer."""
    fold, store = ResponseLearning(LearnSettings(retrain_every=20, segment_batch=32)), ModelStore()
    published = snapshots(fold_all(fold, [lively(n) for n in range(60)]))
    assert [(model.name, model.version) for model in published if model.algorithm in {"k_means", "rfm"}] == [
        ("segments", 1),
        ("rfm", 1),
        ("segments", 2),
        ("rfm", 2),
    ]
    for model in published[-2:]:
        store.add(model)
        found = store.get(model.name, model.version, model.sha256)
        assert isinstance(found, LearnedSegments)
        assert found.label((0.0,) * len(SEGMENT_ROW)) in CATALOGUE[NAMED[model.name]].labels[1:]


def test_segments_learn_from_ghosts_and_from_no_odd_row() -> None:
    """Who a customer is has no label to be kept from; a row that is not finite teaches nothing."""
    fold = ResponseLearning(LearnSettings(retrain_every=40, segment_batch=32))
    odd = [lively(40 + n, ghost=True, x=(float("nan"),) * len(RESPONSE_ROW)) for n in range(5)]
    published = snapshots(fold_all(fold, [*odd, *(lively(n + 50, ghost=True) for n in range(40))]))
    assert {model.name: model.trained_on for model in published} == {"segments": 40, "rfm": 40}


NAMED = {"segments": "segment.learned", "rfm": "segment.rfm"}
