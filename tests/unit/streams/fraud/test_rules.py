import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.features.catalogue import CATALOGUE, FRAUD_ROW
from streams.fraud.rules import RULES, Rule, findings

every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def at(rule: Rule, value: float) -> dict[str, float]:
    """Values at which a rule's needs are met."""
    return {rule.feature: value, **dict(rule.needs)}


@every_rule
def test_a_rule_reads_what_is_scored(rule: Rule) -> None:
    """Only features of the fraud row reach the rules, and a threshold lies within the feature's range."""
    names = {rule.feature, *(name for name, _ in rule.needs)}
    assert names <= set(FRAUD_ROW)
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
