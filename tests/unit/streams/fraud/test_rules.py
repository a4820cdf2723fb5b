import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.features.catalogue import CATALOGUE, FRAUD_ROW, FRAUD_RULES
from streams.features.values import View, fraud_values
from streams.fraud.rules import RULES, Rule, findings
from streams.profiles.observing import DAY, observe
from streams.profiles.user import User
from tests.making.events import AT, taken

every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def at(rule: Rule, value: float) -> dict[str, float]:
    """Values at which a rule's needs are met."""
    return {rule.feature: value, **dict(rule.needs)}


@every_rule
def test_a_rule_reads_what_is_scored(rule: Rule) -> None:
    """Only features of the fraud row and the rules' own reach them, and a threshold lies within the feature's range."""
    names = {rule.feature, *(name for name, _ in rule.needs)}
    assert names <= set(FRAUD_ROW + FRAUD_RULES)
    assert CATALOGUE[rule.feature].low < rule.threshold <= CATALOGUE[rule.feature].high
    assert 0 < rule.weight < 1


@every_rule
def test_a_rule_fires_from_its_threshold_on(rule: Rule) -> None:
    """Under the threshold nothing, at the threshold its weight, with its name in the reason."""
    assert findings(at(rule, rule.threshold * 0.999)) == []
    (found,) = findings(at(rule, rule.threshold))
    assert found.risk == pytest.approx(rule.weight)
    assert found.reason.startswith(rule.name.replace("_", " ") + ": ")


@every_rule
def test_a_rule_waits_for_what_it_needs(rule: Rule) -> None:
    """One refunded purchase is no refund loop: without the needed values a rule stays silent."""
    if rule.needs:
        assert findings({rule.feature: rule.threshold * 2}) == []


@every_rule
@given(more=st.floats(1.0, 100.0))
def test_more_evidence_is_more_risk_but_never_certainty(rule: Rule, more: float) -> None:
    """The risk of one rule grows with the value and stays under 1."""
    (found,) = findings(at(rule, rule.threshold * more))
    assert rule.weight - 1e-9 <= found.risk < 1.0


def test_reasons_are_words_with_figures() -> None:
    """A reason names what was seen and from where on it is suspicious."""
    (found,) = findings({"fraud.refund_share": 0.75, "purchase.recent": 4.0})
    assert found.reason == "refund loop: 75% of purchases refunded (suspicious from 50%)"


@pytest.mark.parametrize(
    ("amounts", "fires"),
    [
        ((100, 120, 90, 100_000), True),
        ((100, 120, 2_300), True),
        ((100, 120, 90, 800), False),
        ((100, 100_000), False),
        ((0, 0, 0, 5_000), False),
        ((100_000, 100, 120), False),
    ],
)
def test_an_order_is_measured_by_those_before_it(amounts: tuple[int, ...], fires: bool) -> None:
    """Four orders are enough for one out of all proportion; two say nothing, nor do gifts."""
    user = User()
    for day, amount in enumerate(amounts):
        observe(user, taken("purchase", AT + day * DAY, price=amount), AT + day * DAY)
    now = AT + len(amounts) * DAY
    named = [finding.reason.partition(":")[0] for finding in findings(fraud_values(View(user, now)))]
    assert ("impossible amount" in named) == fires
