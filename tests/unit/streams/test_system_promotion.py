"""A promotion in learn reaches the decisions of a simulated shop through models, control and the log."""

from msgspec import structs

from schemas.codec import encode_msgpack
from schemas.origins import Origin
from streams.folding import LogRecord
from streams.learn import LearnSettings, ResponseLearning
from streams.response.expanded.compiled import Expanded
from tests.making.crossed import crossed
from tests.making.shop_runs import run_shop


def before_the_promotion() -> bytes:
    """What learn knows of 1,400 decisions in which two things matter together, when it has not published yet."""
    fold = ResponseLearning(LearnSettings(retrain_every=10**9))
    elsewhere = [
        structs.replace(one, origin=Origin("user-log", 7, n)) for n, one in enumerate(crossed(1_400, strength=3.0))
    ]
    fold.fold([LogRecord(n, n, None, encode_msgpack(one)) for n, one in enumerate(elsewhere)], [])
    assert not fold.promotions()
    return fold.cut()


def test_decide_serves_what_learn_promotes() -> None:
    """The shop's first closing makes a version due: it is the challenger's, and decisions name it from then on."""
    run = run_shop(
        3, customers=120, days=2, learn=LearnSettings(retrain_every=10, pause=3_600_000), head=before_the_promotion()
    )
    promotion = run.system.response.promotions()["purchase"]
    assert (promotion.algorithm, promotion.instead_of) == ("crosses", "logistic")
    for fold in run.system.decide:
        active = fold.state.models["purchase"]
        assert isinstance(run.system.models.get("purchase", active.version, active.sha256), Expanded)
    weighed = [decision for decision in run.decisions if decision.candidates]
    by_it = [decision for decision in weighed if "purchase" in decision.versions]
    assert 10 < len(by_it) < len(weighed)
    assert all(decision.decided_at >= promotion.at for decision in by_it)
