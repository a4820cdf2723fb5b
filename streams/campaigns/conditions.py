"""Conditions compiled once into closures: no parsing, no lookup of features or operators while the fold runs."""

import operator
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import msgspec

from schemas.campaigns import Condition
from streams.features.catalogue import CATALOGUE, NEVER
from streams.features.values import reader
from streams.money import as_text

Reader = Callable[[Any], float | str]
"""Reads one feature of whatever conditions are asked about: of a ``View``, while the fold runs."""


class Leaf(msgspec.Struct, frozen=True):
    """One comparison as it was seen: the feature's value against the threshold."""

    feature: str
    value: float | str
    op: str
    threshold: float | str | tuple[str, ...]


class Verdict(msgspec.Struct, frozen=True):
    """Whether a condition holds, and the leaves that decide it.

    A failed *all* is decided by its first failing part, a held *any* by its first holding one; else every part counts.
    """

    passed: bool
    trace: tuple[Leaf, ...]
    currency: str = ""

    @property
    def value(self) -> str:
        """What was seen, in words: ``cart.value 150.00 CNY``."""
        return ", ".join([f"{leaf.feature} {_shown(leaf.feature, leaf.value, self.currency)}" for leaf in self.trace])

    @property
    def threshold(self) -> str:
        """What was asked, in words: ``cart.value >= 200.00 CNY``."""
        return ", ".join([_asked(leaf.feature, leaf.op, leaf.threshold, self.currency) for leaf in self.trace])


Judge = Callable[[Any], tuple[bool, tuple[Leaf, ...]]]
Test = Callable[[Any], bool]


class Compiled(msgspec.Struct, frozen=True):
    """A condition ready to run; ``holds`` is the cheap answer, ``test`` the one with its reasons."""

    holds: Test
    judge: Judge
    currency: str

    def test(self, subject: Any) -> Verdict:
        """The answer with the leaves that decide it; ``subject`` is what the readers read, a ``View``."""
        passed, trace = self.judge(subject)
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


def compile_condition(condition: Condition, currency: str = "", readers: Callable[[str], Reader] = reader) -> Compiled:
    """Compile a checked condition; ``not`` is pushed down to the leaves, so that each shows what it asks for."""
    holds, judge = _compiled(condition, readers, negated=False)
    return Compiled(holds, judge, currency)


def _compiled(condition: Condition, readers: Callable[[str], Reader], *, negated: bool) -> tuple[Test, Judge]:
    negated ^= condition.negated
    if condition.feature:
        return _leaf(condition, readers(condition.feature), negated=negated)
    parts = [_compiled(part, readers, negated=negated) for part in condition.all or condition.any]
    if len(parts) == 1:
        return parts[0]
    needs_all = bool(condition.all) != negated
    tests, judges = tuple(part[0] for part in parts), tuple(part[1] for part in parts)
    return _all_of(tests, judges) if needs_all else _any_of(tests, judges)


def _leaf(condition: Condition, read: Reader, *, negated: bool) -> tuple[Test, Judge]:
    feature, threshold = condition.feature, condition.value
    op = _OPPOSITE[condition.op] if negated else condition.op
    compare = _OPERATORS[op]

    def holds(subject: Any) -> bool:
        return compare(read(subject), threshold)

    def judge(subject: Any) -> tuple[bool, tuple[Leaf, ...]]:
        value = read(subject)
        return compare(value, threshold), (Leaf(feature, value, op, threshold),)

    return holds, judge


def _all_of(tests: tuple[Test, ...], judges: tuple[Judge, ...]) -> tuple[Test, Judge]:
    def holds(subject: Any) -> bool:
        return all(test(subject) for test in tests)

    def judge(subject: Any) -> tuple[bool, tuple[Leaf, ...]]:
        return _until(False, judges, subject)

    return holds, judge


def _any_of(tests: tuple[Test, ...], judges: tuple[Judge, ...]) -> tuple[Test, Judge]:
    def holds(subject: Any) -> bool:
        return any(test(subject) for test in tests)

    def judge(subject: Any) -> tuple[bool, tuple[Leaf, ...]]:
        return _until(True, judges, subject)

    return holds, judge


def _until(deciding: bool, judges: tuple[Judge, ...], subject: Any) -> tuple[bool, tuple[Leaf, ...]]:
    seen: tuple[Leaf, ...] = ()
    for judge in judges:
        passed, trace = judge(subject)
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


@lru_cache(maxsize=1024)
def _asked(feature: str, op: str, threshold: float | str | tuple[str, ...], currency: str) -> str:
    return f"{feature} {op} {_shown(feature, threshold, currency)}"


def _shown(feature: str, value: float | str | tuple[str, ...], currency: str) -> str:
    if isinstance(value, tuple):
        return " or ".join(value)
    if isinstance(value, str):
        return value
    unit = CATALOGUE[feature].unit
    if unit == "days" and value >= NEVER:
        return "never"
    if unit == "money" and currency:
        return f"{as_text(value, currency)} {currency}"
    return f"{value:.6g}"
