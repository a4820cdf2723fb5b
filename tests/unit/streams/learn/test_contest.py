"""Champion and challengers in the fold: side by side, promoted on evidence, served."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from agents.promotions import PromotionNews
from schemas.closed_decisions import ClosedDecision
from schemas.codec import decode_msgpack, encode_msgpack
from schemas.models import ModelSnapshot
from schemas.records import ModelActivated
from schemas.topics import MODELS
from streams.folding import Fold, LogRecord, Output
from streams.learn import LearnSettings, ResponseLearning
from streams.models.store import ModelStore
from streams.response.expanded.compiled import Expanded
from streams.response.served import SERVED
from tests.making.checkpoints import checkpoint
from tests.making.crossed import INDIFFERENT, crossed
from tests.making.stories import Story, on_favourite

OFTEN = LearnSettings(retrain_every=100)
COUNT = 1_400
DECISIONS = crossed(COUNT, strength=3.0)
LOG = [LogRecord(n, n, None, encode_msgpack(decision)) for n, decision in enumerate(DECISIONS)]
places = st.lists(st.integers(1, COUNT - 1), max_size=3, unique=True).map(sorted)


def log_of(decisions: list[ClosedDecision]) -> list[LogRecord]:
    """The log that holds them."""
    return [LogRecord(n, n, None, encode_msgpack(decision)) for n, decision in enumerate(decisions)]


def learned(log: list[LogRecord], fold: ResponseLearning | None = None) -> tuple[ResponseLearning, list[Output]]:
    """The fold after a log, and what it wrote."""
    fold, outputs = fold or ResponseLearning(OFTEN), list[Output]()
    fold.fold(log, outputs)
    return fold, outputs


def versions(outputs: list[Output], name: str = "purchase") -> list[ModelSnapshot]:
    """The published versions of a model."""
    found = [decode_msgpack(output.value, ModelSnapshot) for output in outputs if output.topic == MODELS]
    return [snapshot for snapshot in found if snapshot.name == name]


STRAIGHT, WRITTEN = learned(LOG)
END = STRAIGHT.cut()
PUBLISHED = versions(WRITTEN)


def test_a_challenger_that_sees_what_the_champion_cannot_is_promoted() -> None:
    """The version published next has its algorithm and says why; those before have the first one."""
    algorithms = [snapshot.algorithm for snapshot in PUBLISHED]
    assert algorithms[0] == "logistic"
    assert algorithms[-1] == "crosses"
    assert algorithms == sorted(algorithms, key=["logistic", "crosses"].index)
    promotion = PUBLISHED[-1].promotion
    assert promotion is not None
    assert (promotion.algorithm, promotion.instead_of) == ("crosses", "logistic")
    assert promotion.lead > promotion.lead_bound > 0.0
    assert PUBLISHED[0].promotion is None
    assert [snapshot.version for snapshot in PUBLISHED] == list(range(1, COUNT // 100 + 1))


def test_the_promoted_form_is_served_from_the_store() -> None:
    """Compiled it answers as the learner that goes on learning."""
    store, last = ModelStore(), PUBLISHED[-1]
    store.add(last)
    model = store.get(last.name, last.version, last.sha256)
    assert isinstance(model, Expanded)
    champion = STRAIGHT._contests["purchase"].champion
    for decision in DECISIONS[:50]:
        assert abs(model.predict(decision.x) - champion.predict_one(decision.x)) <= 1e-12


def test_decide_decides_by_the_promoted_algorithm() -> None:
    """As by any other version: P(buy) without an offer stands in the record, as the learner says it."""
    told, last = Story(on_favourite()), PUBLISHED[-1]
    told.models.add(last)
    told.say("", ModelActivated(last.name, last.version, last.sha256))
    told.sends()
    told.waits(81 * 1440)
    champion = STRAIGHT._contests["purchase"].champion
    for decision, closing in zip(told.decisions(), told.closed(), strict=True):
        assert decision.versions["purchase"] == str(last.version)
        assert abs(decision.candidates[-1].purchase_probability - champion.predict_one(closing.x)) <= 1e-12


def test_the_tests_begin_anew_and_the_old_champion_is_a_challenger() -> None:
    """Evidence against another champion is no evidence; levels go on with the number of challengers ever tested."""
    contest = STRAIGHT._contests["purchase"]
    assert contest.challengers == ("logistic", "lines", "bends")
    promotion = contest.promotion
    assert promotion is not None
    assert promotion.level == 0.05 / (3 * 4)
    assert {one.count for one in contest._evidence.values()} == {COUNT - promotion.decisions}
    assert contest._level("logistic") == 0.05 / (4 * 5)
    assert contest.leads()["logistic"] < 0.0


def test_promotions_are_counted_and_told() -> None:
    """In the metric, which begins at zero for every algorithm, and in one line of the role's log."""
    counters, news = STRAIGHT.counters(), PromotionNews()
    assert counters["promotions_total|purchase|crosses"] == 1
    assert {name: counters[f"promotions_total|click|{name}"] for name in SERVED} == dict.fromkeys(SERVED, 0)
    (line,) = news.lines([STRAIGHT])
    assert "model purchase: crosses is champion instead of logistic" in line
    assert news.lines([STRAIGHT]) == []


def test_every_challenger_is_judged_on_what_it_had_not_learned() -> None:
    """The first label is predicted by models that know nothing; all are judged on the same decisions."""
    fold, _ = learned(LOG[:1])
    losses = {progress.losses[0] for progress, _ in fold.challengers()["purchase"].values()}
    assert losses == {fold.losses()["purchase"][0]}
    counts = {progress.count for progress, _ in STRAIGHT.challengers()["purchase"].values()}
    assert counts == {STRAIGHT.progress()["purchase"].count} == {COUNT}


def test_held_out_customers_neither_judge_nor_teach_challengers() -> None:
    """As the champion."""
    fold, _ = learned(log_of([structs.replace(one, ghost=True) for one in DECISIONS[:50]]))
    assert {progress.count for progress, _ in fold.challengers()["purchase"].values()} == {0}


def test_never_on_lower_loss_alone() -> None:
    """Where nothing is known of the value of decisions, the better model stays a challenger."""
    fold, outputs = learned(log_of([structs.replace(one, stakes=None) for one in DECISIONS]))
    assert fold._contests["purchase"].leads()["crosses"] > 0.0
    assert {snapshot.algorithm for snapshot in versions(outputs)} == {"logistic"}


def test_a_better_model_that_decides_worse_stays_a_challenger() -> None:
    """It offers nothing to sure buyers, and here these are the ones with whom an offer brings the most."""
    fold, outputs = learned(log_of([_misled(one) for one in DECISIONS]))
    evidence = fold._contests["purchase"]._evidence["crosses"]
    assert fold._contests["purchase"].leads()["crosses"] > 0.0
    assert (evidence.gain - evidence.tolerated) / evidence.drawn < -10.0
    assert {snapshot.algorithm for snapshot in versions(outputs)} == {"logistic"}


def test_of_clicks_no_decision_depends() -> None:
    """So a better click model needs no value: that of the decisions is the same."""
    clicks = [structs.replace(one, clicked=one.purchased, action=0, delivered=True, stakes=None) for one in DECISIONS]
    _, outputs = learned(log_of(clicks))
    assert versions(outputs, "click")[-1].algorithm == "crosses"
    assert versions(outputs)[-1].algorithm == "logistic"


@settings(max_examples=4, deadline=None)
@given(cuts=places)
def test_splits_and_restores_anywhere_change_nothing(cuts: list[int]) -> None:
    """Before, at and after the promotion: the same versions and the same bytes of state."""
    outputs, entries, head = list[Output](), dict[bytes, bytes](), None
    fold: Fold = ResponseLearning(OFTEN)
    for start, end in zip((0, *cuts), (*cuts, COUNT), strict=True):
        fold = ResponseLearning(OFTEN)
        fold.restore(head, entries.items())
        fold.fold(LOG[start:end], outputs)
        head = checkpoint(fold, entries)
    assert outputs == WRITTEN
    assert head == END


def test_a_challenger_stays_small() -> None:
    """What it knows is under 20 KB, and as much after 50 decisions as after all."""
    sizes = [
        {name: len(encode_msgpack(arrays)) for name, arrays in fold._contests["purchase"].state()[0].known.items()}
        for fold in (learned(LOG[:50])[0], STRAIGHT)
    ]
    assert sizes[0] == sizes[1]
    assert max(sizes[0].values()) < 20_480


def test_asking_changes_nothing() -> None:
    """Gauges may be read at any time."""
    fold, _ = learned(LOG[:60])
    before = fold.cut()
    fold.challengers()
    fold.promotions()
    assert fold.cut() == before


def test_an_older_state_goes_on() -> None:
    """A checkpoint from before there were challengers: what the champion knows stays, they begin with nothing."""
    fold, _ = learned(LOG[:60])
    version, arithmetic, content = decode_msgpack(fold.cut(), tuple[int, str, list[object]])
    restored = ResponseLearning(OFTEN)
    restored.restore(encode_msgpack((version - 1, arithmetic, content[:-1])), ())
    assert restored.progress() == fold.progress()
    x = DECISIONS[0].x
    one, other = restored._contests["purchase"].predict(x), fold._contests["purchase"].predict(x)
    assert one["logistic"] == other["logistic"]
    assert one["crosses"] != other["crosses"]


def _misled(decision: ClosedDecision) -> ClosedDecision:
    """The offer, 2 % of the order, is taken to bring few; but whoever gets it and buys buys three times as much."""
    stakes = structs.replace(INDIFFERENT, sent=0.1, scale=0.05)
    margin = 9_000 if decision.action == 0 else 3_000
    return structs.replace(decision, stakes=stakes, depths=(0.02, 0.0), margin=margin if decision.purchased else 0)
