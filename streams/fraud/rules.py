"""Fraud rules: one line each. A rule names what an honest customer hardly does, and how much one sight of it weighs."""

from collections.abc import Mapping

import msgspec

MOST_EVIDENCE = 3.0
"""A value counts as at most so many thresholds: no single rule is certain."""


class Rule(msgspec.Struct, frozen=True):
    """Fires when ``feature`` reaches ``threshold`` (catalogue unit) and every one of ``needs`` is reached.

    ``weight`` is the risk at the threshold; ``says`` puts value and threshold into words.
    """

    name: str
    meaning: str
    feature: str
    threshold: float
    weight: float
    says: str
    needs: tuple[tuple[str, float], ...] = ()


RULES: tuple[Rule, ...] = (
    Rule(
        "velocity",
        "faster than a person clicks",
        "fraud.events_per_minute",
        40.0,
        0.4,
        "{value:.0f} events within moments (suspicious from {threshold:.0f})",
    ),
    Rule(
        "refund_loop",
        "buys and sends back again and again",
        "fraud.refund_share",
        0.5,
        0.5,
        "{value:.0%} of purchases refunded (suspicious from {threshold:.0%})",
        needs=(("purchase.recent", 1.5),),
    ),
    Rule(
        "many_devices",
        "one account on many devices",
        "fraud.devices",
        5.0,
        0.4,
        "{value:.0f} devices (suspicious from {threshold:.0f})",
    ),
    Rule(
        "coupon_stacking",
        "coupon after coupon",
        "fraud.coupons_per_day",
        3.0,
        0.5,
        "{value:.1f} coupons of late (suspicious from {threshold:.0f})",
    ),
    Rule(
        "impossible_amount",
        "an order out of all proportion to the customer's others",
        "fraud.order_ratio",
        20.0,
        0.35,  # people do buy a television once: alone it never reaches a gate
        "last order {value:.0f} times the mean of those before (suspicious from {threshold:.0f} times)",
    ),
    Rule(
        "carts_unseen",
        "fills carts with items it never looked at",
        "fraud.carts_per_view",
        4.0,
        0.3,
        "{value:.1f} items put into the cart per view (suspicious from {threshold:.0f})",
        needs=(("activity.carts", 8.0),),
    ),
)


class Finding(msgspec.Struct, frozen=True):
    """A rule that fired: the risk it adds, in [0, 1), and why in words."""

    risk: float
    reason: str


def findings(values: Mapping[str, float]) -> list[Finding]:
    """What the rules find in values by catalogue name; an absent one reaches no threshold.

    n thresholds of evidence count as n independent sights: risk 1 − (1 − weight)ⁿ.
    """
    return [_finding(rule, values[rule.feature]) for rule in RULES if _fires(rule, values)]


def _fires(rule: Rule, values: Mapping[str, float]) -> bool:
    if values.get(rule.feature, 0.0) < rule.threshold:
        return False
    return all(values.get(name, 0.0) >= least for name, least in rule.needs)


def _finding(rule: Rule, value: float) -> Finding:
    evidence = min(value / rule.threshold, MOST_EVIDENCE)
    words = rule.says.format(value=value, threshold=rule.threshold)
    return Finding(1.0 - float((1.0 - rule.weight) ** evidence), f"{rule.name.replace('_', ' ')}: {words}")
