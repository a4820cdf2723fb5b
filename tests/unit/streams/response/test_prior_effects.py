from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.campaigns.kinds import KINDS
from streams.response.prior_effects import PRIORS, lifted, prior

probabilities = st.floats(0.0, 1.0)
kinds = st.sampled_from([*PRIORS, "a kind nobody listed"])
depths = st.floats(0.0, 1.0)


@given(p0=probabilities)
def test_what_lifts_nothing_changes_nothing(p0: float) -> None:
    """To the last bit, at 0 and at 1 too."""
    assert lifted(p0, 0.0) == p0


@given(p0=probabilities, kind=kinds, shallow=depths, deep=depths)
def test_a_deeper_discount_never_sells_less(p0: float, kind: str, shallow: float, deep: float) -> None:
    """The lift grows with depth, starts above none, and stays a probability."""
    low, high = sorted((shallow, deep))
    sold = [lifted(p0, prior(kind).lift(depth)) for depth in (0.0, low, high)]
    assert p0 <= sold[0] * (1 + 1e-15)
    assert sold[0] <= sold[1] <= sold[2] <= 1.0


@pytest.mark.parametrize("kind", ["cart_abandonment", "browse_interest", "win_back"])
def test_the_effect_stands_on_the_logit_scale(kind: str) -> None:
    """Logit p − logit p₀ = sent + depth · discount share, whatever p₀."""
    effect = PRIORS[kind]
    for p0 in (0.01, 0.1, 0.5):
        p = lifted(p0, effect.lift(0.2))
        assert log(p / (1 - p)) - log(p0 / (1 - p0)) == pytest.approx(effect.sent + 0.2 * effect.depth)


@given(depth=depths)
def test_of_an_unlisted_kind_nothing_is_assumed(depth: float) -> None:
    """What no prior speaks for starts at zero: its discounts are tried by exploring alone."""
    assert prior("birthday").lift(depth) == 0.0


def test_every_kind_but_the_general_one_has_a_prior() -> None:
    """A new kind of campaign needs a line in the table."""
    assert set(PRIORS) - {"default"} == set(KINDS) - {"general"}
