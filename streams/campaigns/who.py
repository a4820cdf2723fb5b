"""Conditions as people write them → ``Condition``, each value in its feature's own unit."""

from typing import cast

import msgspec
import yaml

from schemas.campaigns import Condition, Operator
from streams.campaigns.document import MAX_DEPTH, Field, entries, items, require
from streams.campaigns.scalars import UNITS, amount, choice, duration, number, share, text
from streams.features.catalogue import CATALOGUE, Feature

_LEAF = ("feature", "op", "value")
_GROUPS = ("all", "any", "not")
_ORDERED = ("<", "<=", "==", "!=", ">=", ">")
_LABELLED = ("==", "!=", "in")
_EXAMPLE = '{feature: cart.items, op: ">=", value: 1}'


def condition(field: Field, currency: str, depth: int = 0) -> Condition | None:
    """A condition; a list of conditions means that all hold."""
    if depth > MAX_DEPTH:
        field.wrong(f"more than {MAX_DEPTH} levels deep; split the campaign or flatten the condition")
        return None
    if isinstance(field.node, yaml.SequenceNode):
        return _group("all", field, currency, depth)
    found = entries(field, _LEAF + _GROUPS)
    form = _form(field, found)
    if form == "leaf":
        return _leaf(field, found, currency)
    if form == "not":
        inner = condition(found["not"], currency, depth + 1)
        return msgspec.structs.replace(inner, negated=not inner.negated) if inner else None
    return _group(form, found[form], currency, depth) if form else None


def _form(field: Field, found: dict[str, Field]) -> str | None:
    groups = [key for key in _GROUPS if key in found]
    leaf = any(key in found for key in _LEAF)
    if not groups and not leaf:
        field.wrong(f"says nothing; write {_EXAMPLE}, or all, any or not")
        return None
    if len(groups) + leaf > 1:
        field.wrong(f"mixes {' and '.join(sorted(found))}; write one of them, and nest the others under all or any")
        return None
    return groups[0] if groups else "leaf"


def _group(key: str, field: Field, currency: str, depth: int) -> Condition | None:
    parts = [condition(part, currency, depth + 1) for part in items(field)]
    whole = tuple(part for part in parts if part is not None)
    if not parts or len(whole) < len(parts):
        return None
    return Condition(all=whole) if key == "all" else Condition(any=whole)


def _leaf(field: Field, found: dict[str, Field], currency: str) -> Condition | None:
    complete = require(field, found, {"feature": "feature: cart.items", "op": 'op: ">="', "value": "value: 1"})
    feature = _feature(found["feature"]) if "feature" in found else None
    if feature is None:
        return None
    op = _operator(found["op"], feature) if "op" in found else None
    readable = "value" in found and (op is not None or feature.unit != "label")
    value = _value(found["value"], feature, op or "", currency) if readable else None
    if not complete or op is None or value is None:
        return None
    return Condition(feature=feature.name, op=op, value=value)


def _feature(field: Field) -> Feature | None:
    family = field.raw.partition(".")[0]
    known = any(name.startswith(family + ".") for name in CATALOGUE)
    search = f" {family}" if known else ""
    found = choice(field, list(CATALOGUE), f"`promostream features{search}` lists them")
    return CATALOGUE[found] if found else None


def _operator(field: Field, feature: Feature) -> Operator | None:
    options = _LABELLED if feature.unit == "label" else _ORDERED
    if field.raw in options:
        return cast("Operator", field.raw)
    kind = "a label" if feature.unit == "label" else "a number"
    field.wrong(f"{field.shown} does not fit {feature.name}, which is {kind}; write one of {' '.join(options)}")
    return None


def _value(field: Field, feature: Feature, op: str, currency: str) -> float | str | tuple[str, ...] | None:
    if feature.unit == "label":
        return _labels(field, feature, op)
    value = _measured(field, feature, currency)
    if value is not None and not feature.low <= value <= feature.high:
        field.wrong(f"{field.raw} is outside {feature.name}'s range; write from {feature.low:g} to {feature.high:g}")
        return None
    return value


def _labels(field: Field, feature: Feature, op: str) -> str | tuple[str, ...] | None:
    if op == "in":
        labels = [_one_label(item, feature) for item in items(field)]
        known = tuple(label for label in labels if label is not None)
        return known if labels and len(known) == len(labels) else None
    if isinstance(field.node, yaml.SequenceNode):
        field.wrong(f"a list needs the operator in; write op: in, or one of {_among(feature)}")
        return None
    return _one_label(field, feature) if text(field, "a label", f"one of {_among(feature)}") else None


def _one_label(field: Field, feature: Feature) -> str | None:
    return choice(field, feature.labels) if feature.labels else text(field, "a label", "such as gold")


def _among(feature: Feature) -> str:
    return ", ".join(feature.labels) or "the shop's own words"


def _measured(field: Field, feature: Feature, currency: str) -> float | None:
    if feature.unit == "money":
        minor = amount(field, currency, least=0)
        return None if minor is None else float(minor)
    if feature.unit in {"days", "minutes"}:
        return _timed(field, UNITS["d"] if feature.unit == "days" else UNITS["m"], feature)
    if feature.unit == "share" and feature.high <= 1:
        return share(field)
    if field.is_text:
        field.wrong(f"{field.shown} is not a number, and {feature.name} is a {_word(feature)}; write a plain number")
        return None
    return number(field)


def _timed(field: Field, unit: int, feature: Feature) -> float | None:
    if not field.is_text:
        return number(field)
    if field.raw[-1:] in UNITS and field.raw[:-1].isdigit():
        length = duration(field, least=0, most=int(feature.high) * unit)
        return None if length is None else length / unit
    field.wrong(f"{field.shown} does not fit {feature.name}, which is in {feature.unit}; write such as 14 or 14d")
    return None


def _word(feature: Feature) -> str:
    return {"per_minute": "rate per minute", "share": "ratio"}.get(feature.unit, feature.unit)
