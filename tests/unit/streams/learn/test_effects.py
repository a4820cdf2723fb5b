"""The effects of offers, from closed decisions to the decisions that they serve."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from schemas.closed_decisions import ClosedDecision
from schemas.codec import decode_msgpack, encode_json, encode_msgpack
from schemas.models import ModelSnapshot
from schemas.origins import Origin
from schemas.topics import DECISIONS
from streams.features.catalogue import RESPONSE_ROW
from streams.fold import DecideFold
from streams.folding import LogRecord, Output
from streams.learn import LearnSettings, ResponseLearning
from streams.learn.effects import EFFECT, dose
from streams.models.store import ModelStore
from streams.response.effect.compiled import OfferEffects
from streams.response.effect.kind_learner import KindLearner
from streams.response.effect.offer_effect import assumed
from streams.response.learner import Learner
from streams.response.prior_effects import Effect, prior
from streams.state import FoldSettings
from tests.making.checkpoints import refolded
from tests.making.closed import NOTHING
from tests.making.shop_runs import KEY, Run, run_shop

ROWS, AFTER, LEAST = 120, 10, 50
SOON = LearnSettings(retrain_every=50, effect_after=30, effect_least=20)


def decisions(seed: int = 0) -> list[ClosedDecision]:
    """Decisions by a fair coin about a tenth off; what is sent sells."""
    rng = np.random.default_rng(seed)
    made = []
    for n in range(ROWS):
        action = int(rng.random() < 0.5)
        made.append(
            structs.replace(
                NOTHING,
                origin=Origin("user-log", 0, n),
                action=action,
                propensities=(0.5, 0.5),
                x=tuple(rng.exponential(1.0, len(RESPONSE_ROW)).tolist()),
                purchased=bool(rng.random() < 0.2 + 0.4 * action),
                closed_at=n,
            )
        )
    return made


def fold_of(messages: Sequence[ClosedDecision], outputs: list[Output] | None = None) -> ResponseLearning:
    """The fold after these decisions."""
    fold = ResponseLearning(LearnSettings(retrain_every=ROWS, effect_after=AFTER, effect_least=LEAST))
    records = [LogRecord(n, 0, None, encode_msgpack(one)) for n, one in enumerate(messages)]
    fold.fold(records, [] if outputs is None else outputs)
    return fold


def learned(messages: Sequence[ClosedDecision]) -> OfferEffects | None:
    """The effects that are served after these decisions, by way of the wire."""
    outputs, store = list[Output](), ModelStore()
    fold_of(messages, outputs)
    for output in outputs:
        if output.topic != "models":
            continue
        snapshot = decode_msgpack(output.value, ModelSnapshot)
        store.add(snapshot)
        if snapshot.name == EFFECT:
            found = store.get(EFFECT, snapshot.version, snapshot.sha256)
            assert isinstance(found, OfferEffects)
            return found
    return None


def test_what_is_served_is_what_the_learner_says() -> None:
    """m(x) is the purchase model's prediction before it learned the label; served and learned agree to 1e-12."""
    purchase, learner = Learner(RESPONSE_ROW), KindLearner(len(RESPONSE_ROW))
    for n, one in enumerate(decisions()):
        expected = purchase.predict_one(one.x)
        purchase.learn_one(one.x, one.purchased)
        if n >= AFTER:
            learner.learn_one(one.x, dose(one), expected, one.purchased)
    effects = learned(decisions())
    assert effects is not None
    for one in decisions(1):
        own, served = learner.effect(one.x, prior(one.kind)), effects.effect(one.kind, one.x)
        assert served.here == pytest.approx(own.here, abs=1e-12)
        assert served.usual == pytest.approx(own.usual, abs=1e-12)
        assert served.rows == own.rows == ROWS - AFTER


def test_held_out_users_and_the_shadow_teach_no_effect() -> None:
    """They judge: whatever came of their decisions, the effects are those without them."""
    made = decisions()
    silent = [structs.replace(one, ghost=True, shadow=n % 2 == 0, purchased=True) for n, one in enumerate(made)]
    mixed = [one for pair in zip(silent, made, strict=True) for one in pair]
    numbered = [structs.replace(one, origin=Origin("user-log", 0, n)) for n, one in enumerate(mixed)]
    assert learned(silent) is None
    every, alone = fold_of(numbered), fold_of(made)
    assert every._effects.state() == alone._effects.state()


def test_a_kind_of_which_little_is_known_is_served_its_prior() -> None:
    """With fewer decisions than asked for, nothing is published of it, and of another kind what is known."""
    made = decisions()
    few = [structs.replace(one, kind="flash_sale") if n < AFTER + LEAST - 1 else one for n, one in enumerate(made)]
    effects = learned(few)
    assert effects is not None
    assert effects.effect("flash_sale", made[0].x) == assumed("flash_sale")
    assert effects.effect("cart_abandonment", made[0].x).rows == ROWS - AFTER - LEAST + 1


def test_a_dose_is_what_was_drawn_beside_what_was_to_be_expected() -> None:
    """Sent and depth; what is not sent has no depth."""
    one = structs.replace(
        NOTHING, action=1, propensities=(0.2, 0.3, 0.5), depths=(0.0, 0.1, 0.4), sent=(True, True, False)
    )
    given, expected = dose(one)
    assert given == Effect(1.0, 0.1)
    assert expected == pytest.approx((0.5, 0.03))


@pytest.fixture(scope="module")
def run() -> Run:
    """A small shop, long enough that effects are served."""
    return run_shop(3, customers=90, days=5, keep_log=True, learn=SOON)


def test_decisions_are_served_with_what_was_learned_and_say_so(run: Run) -> None:
    """In a shop: first the prior alone, then the version in force, its part beside the prior's in the record."""
    drawn = [decision for decision in run.decisions if decision.candidates]
    before = [decision for decision in drawn if EFFECT not in decision.versions]
    after = [decision for decision in drawn if decision.learned_from]
    assert before
    assert len(after) > 50
    assert not any(decision.learned_from for decision in before)
    assert all(c.lift == c.prior_lift for decision in before for c in decision.candidates)
    assert all(any(c.lift != c.prior_lift for c in decision.candidates) for decision in after)
    assert int(after[-1].versions[EFFECT]) > int(after[0].versions[EFFECT])
    assert all(c.lift == c.prior_lift == 0.0 for decision in after for c in decision.candidates if not c.offer)


@settings(max_examples=4, deadline=None)
@given(cuts=st.lists(st.floats(0.0, 1.0), max_size=3))
def test_with_effects_in_force_a_log_refolded_in_any_pieces_gives_the_same_decisions(
    run: Run, cuts: list[float]
) -> None:
    """Checkpointed and restored between the pieces: byte for byte what was written when models came one by one."""
    expected = [decision for decision in run.decisions if decision.origin.partition == 0]
    assert any(decision.learned_from for decision in expected)
    log = run.system.logs[0]
    settings = FoldSettings(coupon_key=KEY)
    outputs, _, _ = refolded(
        lambda: DecideFold(0, settings, run.system.models), log, [int(cut * len(log)) for cut in cuts], most=64
    )
    assert [output.value for output in outputs if output.topic == DECISIONS] == [encode_json(one) for one in expected]
