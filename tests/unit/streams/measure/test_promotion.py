"""When a challenger may take the champion's place."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import decode_msgpack, encode_msgpack
from streams.measure.promotion import (
    CLIP,
    FEWEST_BUYERS,
    HEAVIEST,
    LEVEL,
    MOST_GAIN,
    MOST_ORDERS,
    TOLERANCE,
    Evidence,
    level_of,
)

MARGIN = 3_000.0


def seen(count: int, *, lead: float = 0.02, gain: float = 0.0, spread: float = 0.0) -> Evidence:
    """So many decisions on which a challenger's loss was lower by ``lead`` and its draw worth ``gain`` ± ``spread``."""
    evidence = Evidence()
    for n in range(count):
        evidence.judge(0.3 + lead, 0.3, 1.0)
        evidence.judge_value(gain + (spread if n % 2 else -spread), MARGIN, n % 3 == 0)
    return evidence


def test_all_levels_together_are_one_in_twenty() -> None:
    """0.05/(k(k + 1)) summed over all challengers that will ever be tested."""
    assert sum(level_of(k) for k in range(1, 100_000)) == pytest.approx(LEVEL, abs=1e-6)
    assert level_of(1) == 0.025


def test_nothing_is_known_before_the_first_decision() -> None:
    """No bound, no promotion."""
    evidence = Evidence()
    assert evidence.loss_bound(0.05) == evidence.value_bound(0.05) == -inf
    assert not evidence.is_enough(0.05, valued=True)
    assert not evidence.is_enough(0.05, valued=False)


def test_a_better_challenger_wins_where_its_decisions_are_no_worse() -> None:
    """And the bound on the lead stays under the lead itself."""
    evidence = seen(10_000)
    assert evidence.is_enough(0.01, valued=True)
    assert 0.0 < evidence.loss_bound(0.01) < 0.02


def test_lower_loss_alone_never_promotes() -> None:
    """Whose decisions are worth less, whose worth is not known, or told by few buyers only, stays a challenger."""
    worse, unknown, few = seen(10_000, gain=-2.0 * TOLERANCE * MARGIN), seen(10_000, spread=MARGIN), seen(500)
    untold = Evidence()
    for _ in range(10_000):
        untold.judge(0.32, 0.3, 1.0)
    assert few.buyers < FEWEST_BUYERS
    for evidence in (worse, unknown, few, untold):
        assert evidence.is_enough(0.01, valued=False) or evidence is few
        assert not evidence.is_enough(0.01, valued=True)


def test_higher_value_alone_never_promotes() -> None:
    """Lower loss has to be shown."""
    assert not seen(10_000, lead=0.0, gain=100.0).is_enough(0.01, valued=True)


def test_no_single_decision_is_the_whole_test() -> None:
    """Losses, weights and gains are capped."""
    evidence = Evidence()
    evidence.judge(1e9, 0.0, 1e9)
    evidence.judge_value(1e12, MARGIN, bought=True)
    assert evidence.lead == CLIP * HEAVIEST
    assert evidence.gain == pytest.approx((MOST_GAIN + TOLERANCE) * MARGIN)
    before = evidence.tolerated
    evidence.judge_value(-900.0, 9.0 * MARGIN, bought=False)
    assert evidence.tolerated - before == pytest.approx(TOLERANCE * MOST_ORDERS * MARGIN)
    assert evidence.gain == pytest.approx(MOST_GAIN * MARGIN - 300.0 + evidence.tolerated)


def test_orders_that_are_expected_to_leave_nothing_do_not_silence_the_others() -> None:
    """A first decision about nothing, or about a loss, sets no measure for those after it."""
    evidence = Evidence()
    for margin in (0.0, -50.0, MARGIN, MARGIN):
        evidence.judge_value(0.0, margin, bought=False)
    assert evidence.tolerated == pytest.approx(2.0 * TOLERANCE * MARGIN)


@given(st.lists(st.tuples(st.floats(0.0, 2.0), st.floats(0.0, 2.0), st.floats(0.1, 10.0)), min_size=1, max_size=50))
def test_a_bound_stays_under_the_mean_and_falls_with_the_level(judged: list[tuple[float, float, float]]) -> None:
    """Whatever was seen; and both challengers turned round, at most one leads."""
    one, other = Evidence(), Evidence()
    for champion, challenger, weight in judged:
        one.judge(champion, challenger, weight)
        other.judge(challenger, champion, weight)
    assert one.loss_bound(0.001) <= one.loss_bound(0.05) <= one.lead / one.count
    assert min(one.loss_bound(0.05), other.loss_bound(0.05)) <= 0.0


@given(st.lists(st.tuples(st.floats(-9.0, 9.0), st.booleans()), max_size=30), st.integers(0, 30))
def test_evidence_survives_the_wire(judged: list[tuple[float, bool]], cut: int) -> None:
    """Encoded and decoded in between, the same sums bit by bit."""
    straight, restored = Evidence(), Evidence()
    for place, (value, bought) in enumerate(judged):
        if place == cut:
            restored = decode_msgpack(encode_msgpack(restored), Evidence)
        for one in (straight, restored):
            one.judge(value, 0.0, 2.0)
            one.judge_value(value, MARGIN, bought)
    assert encode_msgpack(restored) == encode_msgpack(straight)


def test_the_bound_is_not_much_wider_than_a_normal_interval_of_its_level() -> None:
    """At 20,000 decisions like those of a 5 % lower loss: within 2.5 times its width; it may be asked all the time."""
    random, evidence = np.random.default_rng(1), Evidence()
    leads = random.normal(0.01, 0.14, 20_000)
    for lead in leads.tolist():
        evidence.judge(lead, 0.0, 1.0)
    normal = 2.24 * float(leads.std()) / 20_000**0.5
    assert normal < float(leads.mean()) - evidence.loss_bound(0.0125) < 2.5 * normal
