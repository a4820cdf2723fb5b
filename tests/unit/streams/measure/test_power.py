from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from streams.campaigns.parsing import parse_campaign
from streams.measure.outlook import Traffic, told
from streams.measure.power import MARGIN_FACTOR, smallest_lift, users_needed

CAMPAIGN = parse_campaign(
    Path("deploy/examples/campaigns/cart-rescue.yaml").read_text(encoding="utf-8"), "cart.yaml"
).campaign


@pytest.mark.parametrize(("holdout", "trial"), [(0.05, 1_800_000), (0.1, 950_000), (0.5, 340_000)])
def test_margin_needs_what_the_trials_needed(holdout: float, trial: int) -> None:
    """PROOF rule 6: 3 % conversion, +10 %, within 3 %."""
    assert users_needed(0.03, holdout, 0.1) * MARGIN_FACTOR == pytest.approx(trial, rel=0.03)


@given(st.floats(0.001, 0.5), st.floats(0.01, 0.5), st.integers(1000, 10**7))
def test_the_two_forms_are_inverse(conversion: float, holdout: float, enrolled: int) -> None:
    """The users needed for the smallest provable lift are those that there are."""
    lift = smallest_lift(conversion, holdout, enrolled)
    assert users_needed(conversion, holdout, lift) == pytest.approx(enrolled, abs=1)


@given(st.floats(0.001, 0.5), st.floats(0.01, 0.49), st.integers(1000, 10**6))
def test_more_users_and_a_larger_holdout_prove_smaller_effects(
    conversion: float, holdout: float, enrolled: int
) -> None:
    """Up to half."""
    lift = smallest_lift(conversion, holdout, enrolled)
    assert smallest_lift(conversion, holdout, 2 * enrolled) < lift
    assert smallest_lift(conversion, 0.5, enrolled) < lift


def test_it_is_told_in_money_and_days() -> None:
    """What a marketer decides on."""
    assert CAMPAIGN is not None
    assert told(CAMPAIGN, Traffic(0.03, 1200, 5000, 30)) == (
        "in 30 days it can prove +10.3% conversion, looked at once at the end, or +19.0% margin (0.07 CNY per enrolled "
        "customer), looked at any day; +10% takes 32 and 108 days (holdout 20%)"
    )


def test_what_is_lacking_is_told() -> None:
    """Figures, or somebody held out."""
    assert CAMPAIGN is not None
    assert "--conversion" in told(CAMPAIGN, None)
    nobody = replace(CAMPAIGN, experiment=replace(CAMPAIGN.experiment, holdout=0.0))
    assert told(nobody, Traffic(0.03, 0, 5000, 30)).startswith("nothing can be proven")
