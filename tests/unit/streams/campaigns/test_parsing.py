from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.campaigns import Condition, Offer, RateLimit, When
from streams.campaigns.parsing import parse_campaign

EXAMPLES = Path("deploy/examples")
HOUR = 3_600_000

GOOD = """\
version: 1
campaign: cart-rescue
owner: crm
state: shadow
currency: CNY
margin_rate: 25%
schedule:
  from: "2026-11-01T00:00"
  until: "2026-11-12T00:00"
  timezone: Asia/Shanghai
when:
  timer: {after: add_to_cart, wait: 30m, unless: [purchase]}
  max_event_age: 15m
who:
  all:
    - {feature: cart.value, op: ">=", value: "200.00"}
    - {feature: segment, op: in, value: [high_value, at_risk]}
    - not: {feature: coupon.days_since, op: "<", value: 14}
offers:
  - {id: remind, kind: reminder}
  - {id: off10, kind: amount, value: "10.00", min_spend: "200.00"}
  - {id: tenth, kind: percent, value: 10%, cap: "30.00", min_spend: "200.00"}
channels: [push, sms]
limits:
  per_user: 1 per 7d
  contact_policy: default
  max_fraud_risk: 0.8
experiment:
  holdout: 20%
  metric: incremental_margin
  window: 48h
  # what is asked of it, and for how long
content:
  template: cart_rescue
  expires_after: 6h
  fallback_locale: zh-CN
  locales:
    zh-CN: {push: "购物车立减{offer.value}元"}
    en: {push: "{offer.value} off your cart"}
"""


def said(found: str, written: str) -> list[str]:
    """What is said of the good file with one piece of it replaced."""
    assert found in GOOD
    parsed = parse_campaign(GOOD.replace(found, written, 1), "cart.yaml")
    assert (parsed.campaign is None) == bool(parsed.problems)
    return [problem.text for problem in parsed.problems]


def test_a_good_file_becomes_a_campaign() -> None:
    """Durations in ms, money in minor units, shares as shares, local times in UTC."""
    campaign, problems, _ = parse_campaign(GOOD, "cart.yaml")
    assert not problems
    assert campaign is not None
    assert campaign.when == When(event="add_to_cart", wait=HOUR // 2, unless=("purchase",), max_event_age=HOUR // 4)
    assert campaign.who == Condition(
        all=(
            Condition(feature="cart.value", op=">=", value=20_000.0),
            Condition(feature="segment", op="in", value=("high_value", "at_risk")),
            Condition(feature="coupon.days_since", op="<", value=14.0, negated=True),
        )
    )
    assert campaign.offers == (
        Offer(id="remind", kind="reminder"),
        Offer(id="off10", kind="amount", value=1000, min_spend=20_000),
        Offer(id="tenth", kind="percent", value=1000, min_spend=20_000, cap=3000),
    )
    assert (campaign.starts_at, campaign.ends_at) == (1_793_462_400_000, 1_794_412_800_000)
    assert (campaign.kind, campaign.per_user) == ("cart_abandonment", RateLimit(1, 7 * 24 * HOUR))
    assert (campaign.experiment.holdout, campaign.experiment.window) == (0.2, 48 * HOUR)
    assert (campaign.margin_rate, campaign.version, campaign.state) == (0.25, 0, "shadow")


MISTAKES = (Path(__file__).parent / "mistakes.txt").read_text(encoding="utf-8").split("\n\n")[1:]


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_its_remedy(case: str) -> None:
    """File, line, field: what was found; what was meant. The contract's own examples come first."""
    lines = [line.replace("\\n", "\n") for line in case.strip("\n").split("\n")]
    found, written = (next((line[2:] for line in lines if line.startswith(sign)), "") for sign in "-+")
    assert said(found, written) == [line[2:] for line in lines if line.startswith("=")]


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ("budget", 'budget: {total: "50000.00"}'),
        ("ramp", "ramp: [5%, 50%, 100%]"),
        ("experiment.guardrails", "experiment: {guardrails: [{metric: unsubscribe_rate, max: 0.3%}]}"),
        ("limits.redemptions", "limits: {redemptions: {per_user: 1}}"),
        ("schedule.fallback_timezone", "schedule: {fallback_timezone: Asia/Shanghai}"),
        ("schedule.send_between", 'schedule: {send_between: ["09:00", "21:30"]}'),
        ("when.segment", "when: {segment: at_risk, event: view}"),
    ],
)
def test_what_is_not_enforced_is_refused(field: str, line: str) -> None:
    """A field that this version would have to ignore is never accepted."""
    key = line.partition(":")[0]
    kept = [block for block in GOOD.split("\n") if block]
    start = next((n for n, text in enumerate(kept) if text.startswith(key + ":")), len(kept))
    end = next((n for n in range(start + 1, len(kept)) if not kept[n].startswith(" ")), len(kept))
    parsed = parse_campaign("\n".join([*kept[:start], line, *kept[end:]]), "cart.yaml")
    assert parsed.campaign is None
    assert [(p.field, p.message[:17]) for p in parsed.problems] == [(field, "not supported yet")]


def test_every_problem_is_told_at_once_and_in_order() -> None:
    """A person who mends all lines is done."""
    text = GOOD.replace("owner: crm\n", "").replace("30m", "30").replace("20%", "20").replace("shadow", "on")
    lines = [problem.line for problem in parse_campaign(text, "cart.yaml").problems]
    assert lines == sorted(lines)
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("document", "line", "expected"),
    [
        ("", 1, "the file is empty; `deploy/examples/campaigns` has files to start from"),
        ("- a", 1, "a list is not a mapping; write keys such as campaign, channels, content, currency"),
        ("who: {op: >=}", 1, 'write the operator in quotes, such as op: ">="'),
        ("a: 1\n\tb: 2", 2, "indent with spaces"),
        ("a: [", 1, "check quotes, brackets and indentation here"),
        ("a: \x00", 1, "save the file as UTF-8 text"),
    ],
)
def test_what_is_not_a_campaign_at_all(document: str, line: int, expected: str) -> None:
    """Syntax errors name the line, and the way out where it is known."""
    problems = parse_campaign(document, "cart.yaml").problems
    assert [problem.line for problem in problems] == [line]
    assert problems[0].text.startswith(f"cart.yaml:{line}: ")
    assert problems[0].text.endswith(expected)


def test_a_condition_that_contains_itself_is_refused() -> None:
    """YAML allows it; nothing recurses for ever."""
    text = GOOD.replace("who:\n  all:\n", "who: &w\n  all:\n    - *w\n")
    assert any("levels deep" in problem.message for problem in parse_campaign(text, "cart.yaml").problems)


def test_yen_have_no_decimals() -> None:
    """Amounts follow the currency."""
    text = GOOD.replace("CNY", "JPY").replace('.00"', '"')
    assert not parse_campaign(text, "cart.yaml").problems
    problems = parse_campaign(GOOD.replace("CNY", "JPY"), "cart.yaml").problems
    assert {problem.message for problem in problems} >= {
        '"10.00" is not an amount in JPY; write an amount in quotes with the currency\'s decimals, such as "200"'
    }


def test_defaults_are_those_of_the_kind() -> None:
    """Without experiment: a fifth held out, for as long as the kind's effect takes."""
    text = GOOD[: GOOD.index("experiment:")] + "kind: win_back\n" + GOOD[GOOD.index("content:") :]
    campaign = parse_campaign(text, "cart.yaml").campaign
    assert campaign is not None
    assert (campaign.kind, campaign.experiment.holdout, campaign.experiment.window) == ("win_back", 0.2, 14 * 24 * HOUR)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_file_raises(data: st.DataObject) -> None:
    """Whatever stands there: a campaign or problems, never an exception."""
    lines = GOOD.splitlines()
    line = data.draw(st.integers(0, len(lines) - 1))
    start = data.draw(st.integers(0, len(lines[line])))
    junk = data.draw(st.text(st.sampled_from('{}[]:,-"&*!|>%@ \tab01.\n'), max_size=6))
    end = data.draw(st.integers(start, len(lines[line])))
    lines[line] = lines[line][:start] + junk + lines[line][end:]
    parsed = parse_campaign("\n".join(lines), "cart.yaml")
    assert (parsed.campaign is None) == bool(parsed.problems)


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("**/*.yaml")), ids=str)
def test_shipped_campaigns_are_without_fault(file: Path) -> None:
    """A newcomer starts from them."""
    if file.name != "policies.yaml":
        assert not parse_campaign(file.read_text(encoding="utf-8"), str(file), ("default", "gentle")).problems
