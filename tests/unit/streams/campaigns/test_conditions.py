from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.campaigns import Condition
from streams.campaigns.conditions import Compiled, Leaf, compile_condition, leaves

NUMBERS = ("cart.value", "cart.items", "purchase.count")
LABELS = ("new", "potential", "at_risk")

numeric = st.builds(
    Condition,
    feature=st.sampled_from(NUMBERS),
    op=st.sampled_from(["<", "<=", "==", "!=", ">=", ">"]),
    value=st.integers(0, 3).map(float),
    negated=st.booleans(),
)
labelled = st.builds(
    Condition,
    feature=st.just("segment"),
    op=st.just("in"),
    value=st.lists(st.sampled_from(LABELS), min_size=1).map(tuple),
    negated=st.booleans(),
)


def nested(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    """Groups of conditions."""
    group = st.lists(parts, min_size=1, max_size=4).map(tuple)
    return st.builds(Condition, all=group, negated=st.booleans()) | st.builds(
        Condition, any=group, negated=st.booleans()
    )


conditions = st.recursive(numeric | labelled, nested, max_leaves=12)
profiles = st.fixed_dictionaries(
    {name: st.integers(0, 3).map(float) for name in NUMBERS} | {"segment": st.sampled_from(LABELS)}
)


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda seen, asked: seen < asked,
    "<=": lambda seen, asked: seen <= asked,
    "==": lambda seen, asked: seen == asked,
    "!=": lambda seen, asked: seen != asked,
    ">=": lambda seen, asked: seen >= asked,
    ">": lambda seen, asked: seen > asked,
    "in": lambda seen, asked: seen in asked,
    "not in": lambda seen, asked: seen not in asked,
}


def by_name(condition: Condition, currency: str = "") -> Compiled:
    """The condition, asked about functions that give a feature by its name."""
    return compile_condition(condition, currency, lambda name: lambda values: values(name))


def naive(condition: Condition, values: dict[str, Any]) -> bool:
    """What a condition means, read off its definition."""
    if condition.feature:
        held = COMPARE[condition.op](values[condition.feature], condition.value)
    elif condition.all:
        held = all(naive(part, values) for part in condition.all)
    else:
        held = any(naive(part, values) for part in condition.any)
    return held is not condition.negated


@given(conditions, profiles)
def test_compiled_and_naive_agree(condition: Condition, values: dict[str, Any]) -> None:
    """For every condition and every profile, in both forms of asking."""
    compiled = by_name(condition)
    assert compiled.test(values.__getitem__).passed is naive(condition, values)
    assert compiled.holds(values.__getitem__) is naive(condition, values)


@given(conditions, profiles)
def test_the_trace_alone_decides(condition: Condition, values: dict[str, Any]) -> None:
    """Every leaf of the trace is true of the profile, and each says the same as the whole."""
    verdict = by_name(condition).test(values.__getitem__)
    assert verdict.trace
    for leaf in verdict.trace:
        assert leaf.value == values[leaf.feature]
        assert COMPARE[leaf.op](leaf.value, leaf.threshold) is verdict.passed


def test_the_first_failing_part_is_reported_and_the_rest_not_looked_at() -> None:
    """Short-circuit, with a reason."""
    asked: list[str] = []

    def values(name: str) -> float:
        asked.append(name)
        return {"cart.items": 1.0, "cart.value": 15_000.0}[name]

    condition = Condition(
        all=(
            Condition(feature="cart.items", op=">=", value=1.0),
            Condition(feature="cart.value", op=">=", value=20_000.0),
            Condition(feature="purchase.count", op=">", value=0.0),
        )
    )
    verdict = by_name(condition, "CNY").test(values)
    assert verdict.trace == (Leaf("cart.value", 15_000.0, ">=", 20_000.0),)
    assert (verdict.value, verdict.threshold) == ("cart.value 150.00 CNY", "cart.value >= 200.00 CNY")
    assert asked == ["cart.items", "cart.value"]


def test_a_negated_leaf_says_what_it_asks_for() -> None:
    """``not days_since < 14`` asks for at least 14."""
    condition = Condition(feature="coupon.days_since", op="<", value=14.0, negated=True)
    verdict = by_name(condition).test(lambda _: 3.0)
    assert (verdict.passed, verdict.value) == (False, "coupon.days_since 3")
    assert verdict.threshold == "coupon.days_since >= 14"


def test_what_never_happened_is_shown_as_never() -> None:
    """Not as the 3650 days that stand for it."""
    condition = Condition(feature="coupon.days_since", op=">=", value=14.0)
    assert by_name(condition).test(lambda _: 3650.0).value == "coupon.days_since never"


def test_leaves_come_in_order() -> None:
    """All of them, whatever the nesting."""
    inner = Condition(any=(Condition(feature="b"), Condition(feature="c")))
    assert [leaf.feature for leaf in leaves(Condition(all=(Condition(feature="a"), inner)))] == ["a", "b", "c"]
    assert not list(leaves(None))
