"""Conditions compiled once into closures: no parsing, no lookup of operators while the fold runs."""

import operator
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from schemas.campaigns import Condition
from streams.features.catalogue import CATALOGUE, NEVER
from streams.money import as_text

Values = Callable[[str], float | str]


class Leaf(NamedTuple):
    """One comparison as it was seen: the feature's value against the threshold."""

    feature: str
    value: float | str
    op: str
    threshold: float | str | tuple[str, ...]


class Verdict(NamedTuple):
    """Whether a condition holds, and the leaves that decide it.

    A failed *all* is decided by its first failing part, a held *any* by its first holding one; else every part counts.
    """

    passed: bool
    trace: tuple[Leaf, ...]
    currency: str = ""

    @property
    def value(self) -> str:
        """What was seen, in words: ``cart.value 150.00 CNY``."""
        return ", ".join(f"{leaf.feature} {_shown(leaf, leaf.value, self.currency)}" for leaf in self.trace)

    @property
    def threshold(self) -> str:
        """What was asked, in words: ``cart.value >= 200.00 CNY``."""
        return ", ".join(
            f"{leaf.feature} {leaf.op} {_shown(leaf, leaf.threshold, self.currency)}" for leaf in self.trace
        )


Judge = Callable[[Values], tuple[bool, tuple[Leaf, ...]]]
Test = Callable[[Values], bool]


class Compiled(NamedTuple):
    """A condition ready to run; ``holds`` is the cheap answer, ``test`` the one with its reasons."""

    holds: Test
    judge: Judge
    currency: str

    def test(self, values: Values) -> Verdict:
        """The answer with the leaves that decide it; ``values`` gives a feature by its catalogue name."""
        passed, trace = self.judge(values)
        return Verdict(passed, trace, self.currency)


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
    "in": lambda value, threshold: value in threshold,
    "not in": lambda value, threshold: value not in threshold,
}
_OPPOSITE = {"<": ">=", "<=": ">", "==": "!=", "!=": "==", ">=": "<", ">": "<=", "in": "not in"}


def compile_condition(condition: Condition, currency: str = "") -> Compiled:
    """Compile a checked condition; ``not`` is pushed down to the leaves, so that each shows what it asks for."""
    holds, judge = _compiled(condition, negated=False)
    return Compiled(holds, judge, currency)


def _compiled(condition: Condition, *, negated: bool) -> tuple[Test, Judge]:
    negated ^= condition.negated
    if condition.feature:
        return _leaf(condition, negated=negated)
    parts = [_compiled(part, negated=negated) for part in condition.all or condition.any]
    if len(parts) == 1:
        return parts[0]
    needs_all = bool(condition.all) != negated
    tests, judges = tuple(part[0] for part in parts), tuple(part[1] for part in parts)
    return _all_of(tests, judges) if needs_all else _any_of(tests, judges)


def _leaf(condition: Condition, *, negated: bool) -> tuple[Test, Judge]:
    feature, threshold = condition.feature, condition.value
    op = _OPPOSITE[condition.op] if negated else condition.op
    compare = _OPERATORS[op]

    def holds(values: Values) -> bool:
        return compare(values(feature), threshold)

    def judge(values: Values) -> tuple[bool, tuple[Leaf, ...]]:
        value = values(feature)
        return compare(value, threshold), (Leaf(feature, value, op, threshold),)

    return holds, judge


def _all_of(tests: tuple[Test, ...], judges: tuple[Judge, ...]) -> tuple[Test, Judge]:
    def holds(values: Values) -> bool:
        return all(test(values) for test in tests)

    def judge(values: Values) -> tuple[bool, tuple[Leaf, ...]]:
        return _until(False, judges, values)

    return holds, judge


def _any_of(tests: tuple[Test, ...], judges: tuple[Judge, ...]) -> tuple[Test, Judge]:
    def holds(values: Values) -> bool:
        return any(test(values) for test in tests)

    def judge(values: Values) -> tuple[bool, tuple[Leaf, ...]]:
        return _until(True, judges, values)

    return holds, judge


def _until(deciding: bool, judges: tuple[Judge, ...], values: Values) -> tuple[bool, tuple[Leaf, ...]]:
    seen: tuple[Leaf, ...] = ()
    for judge in judges:
        passed, trace = judge(values)
        if passed is deciding:
            return deciding, trace
        seen += trace
    return not deciding, seen


def leaves(condition: Condition | None) -> Iterator[Condition]:
    """Every leaf of a condition, in the order of the file."""
    if condition is None:
        return
    if condition.feature:
        yield condition
    for part in (*condition.all, *condition.any):
        yield from leaves(part)


def _shown(leaf: Leaf, value: float | str | tuple[str, ...], currency: str) -> str:
    if isinstance(value, tuple):
        return " or ".join(value)
    if isinstance(value, str):
        return value
    if CATALOGUE[leaf.feature].unit == "days" and value >= NEVER:
        return "never"
    if CATALOGUE[leaf.feature].unit == "money" and currency:
        return f"{as_text(value, currency)} {currency}"
    return f"{value:.6g}"
