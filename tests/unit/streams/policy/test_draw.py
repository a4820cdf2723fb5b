"""The draw of PROOF rule 12."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from streams.ids import unit_interval
from streams.policy.draw import allowed_loss, draw, propensities

VALUES = st.lists(st.floats(-1e5, 1e5), min_size=2, max_size=8)
SCALES = st.floats(0, 1e3)


@given(VALUES, SCALES)
def test_propensities_sum_to_one_and_keep_their_floors(values: list[float], scale: float) -> None:
    """Every action keeps its floor and all together have probability 1."""
    p = propensities(values, scale, exploration=0.1, none_floor=0.05)
    assert abs(sum(p) - 1) < 1e-12
    assert p[-1] >= 0.05 - 1e-15
    assert all(x >= 0.1 / len(values) * 0.95 - 1e-12 for x in p[:-1])


@given(VALUES, SCALES)
def test_a_better_action_is_never_less_likely(values: list[float], scale: float) -> None:
    """Among the actions besides none, propensities follow values."""
    p = propensities(values, scale, exploration=0.1, none_floor=0.05)
    ranked = sorted(range(len(values) - 1), key=lambda a: values[a])
    assert all(p[a] <= p[b] + 1e-12 for a, b in pairwise(ranked) if values[a] < values[b])


def test_propensities_by_hand() -> None:
    """Two actions, gap 10, γ 0.1: 1/(2+1) for the worse one, before mixing."""
    p = propensities([10.0, 0.0], 0.1, exploration=0.0, none_floor=0.0)
    assert p == (1 - 1 / 3, 1 / 3)


def test_a_uniform_falls_into_its_interval() -> None:
    """Canonical order: the first action holds the lowest uniforms; rounding never runs out of actions."""
    p = (0.2, 0.3, 0.5)
    assert [draw(p, u) for u in (0.0, 0.19, 0.2, 0.49, 0.5, 0.999999999)] == [0, 0, 1, 1, 2, 2]
    assert draw((0.3, 0.3, 0.3), 0.95) == 2


def test_allowed_loss_shrinks_with_the_root_of_decisions() -> None:
    """ρ holds until t₀, then falls with 1/√t down to its floor."""
    assert allowed_loss(10, 100.0, 10.0, 1000) == 100.0
    assert allowed_loss(4000, 100.0, 10.0, 1000) == 50.0
    assert allowed_loss(10**9, 100.0, 10.0, 1000) == 10.0


def test_draws_follow_their_propensities() -> None:
    """χ² of 100,000 hashed draws over four actions stays under its 0.001 bound (16.27 at 3 degrees)."""
    p = propensities([5.0, 3.0, 1.0, 0.0], 0.3, exploration=0.1, none_floor=0.05)
    counts = [0, 0, 0, 0]
    for k in range(100_000):
        counts[draw(p, unit_interval("draw", f"e1-0-{k}-0"))] += 1
    chi_square = sum((n - 1e5 * x) ** 2 / (1e5 * x) for n, x in zip(counts, p, strict=True))
    assert chi_square < 16.27
