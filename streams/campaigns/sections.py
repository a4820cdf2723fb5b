"""The sections *when*, *offers*, *limits* and *experiment* of a campaign file."""

from collections.abc import Collection
from typing import NamedTuple, cast, get_args

from schemas.campaigns import Experiment, Offer, RateLimit, When
from schemas.events import EventType
from schemas.triggers import OfferKind
from streams.campaigns.document import Field, entries, items, require
from streams.campaigns.scalars import UNITS, amount, choice, duration, name, rate, share
from streams.campaigns.who import condition
from streams.money import as_text

EVENTS: tuple[str, ...] = get_args(EventType)
DEFAULT_HOLDOUT = 0.2
MAX_HOLDOUT = 0.9
MAX_OFFERS = 8
"""Every open decision remembers the chances of all offers on all channels."""
DEFAULT_RISK = 0.8
BASIS_POINTS = 10_000
METRIC = "incremental_margin"

_NO_WAY_YET = "remove it: limits.per_user and limits.contact_policy hold today"


def when(field: Field, currency: str) -> When | None:
    """What opens a decision point: ``event`` with ``where``, or a ``timer``."""
    later = {"segment": "write an event or a timer", "date": "write an event or a timer"}
    found = entries(field, ("event", "where", "timer", "max_event_age"), later)
    if ("event" in found) == ("timer" in found):
        field.wrong("needs one of event and timer; write event: view, or timer: {after: add_to_cart, wait: 30m}")
        return None
    where = condition(found["where"], currency) if "where" in found else None
    age = duration(found["max_event_age"]) if "max_event_age" in found else When(event="").max_event_age
    opened = _timer(found["timer"]) if "timer" in found else (choice(found["event"], EVENTS), 0, ())
    if opened is None or opened[0] is None or age is None or ("where" in found and where is None):
        return None
    return When(event=opened[0], wait=opened[1], unless=opened[2], where=where, max_event_age=age)


def _timer(field: Field) -> tuple[str, int, tuple[str, ...]] | None:
    found = entries(field, ("after", "wait", "unless"))
    complete = require(field, found, {"after": "after: add_to_cart", "wait": "wait: 30m"})
    after = choice(found["after"], EVENTS) if "after" in found else None
    wait = duration(found["wait"], most=30 * UNITS["d"]) if "wait" in found else None
    unless = [choice(event, EVENTS) for event in items(found["unless"])] if "unless" in found else []
    known = tuple(event for event in unless if event is not None)
    if not complete or after is None or wait is None or len(known) < len(unless):
        return None
    return after, wait, known


def offers(field: Field, currency: str) -> tuple[Offer, ...]:
    """The offers, each with an id of its own."""
    read: list[Offer] = []
    first: dict[str, int] = {}
    for entry in items(field):
        offer = _offer(entry, currency)
        if offer is not None and offer.id in first:
            entry.wrong(f'the id "{offer.id}" is taken by the offer on line {first[offer.id]}; write another')
        elif offer is not None:
            first[offer.id] = entry.line
            read.append(offer)
    if len(read) > MAX_OFFERS:
        field.wrong(f"{len(read)} offers; write at most {MAX_OFFERS}, or two campaigns")
    return tuple(read)


_OFFER_KINDS = ("reminder", "recommendation", "amount", "percent")
_KINDS_LATER = ("free_shipping", "bundle", "gift")
_OFFER_KEYS: dict[str, tuple[str, ...]] = {
    "reminder": (),
    "recommendation": (),
    "amount": ("value", "min_spend"),
    "percent": ("value", "min_spend", "cap"),
}


def _offer(field: Field, currency: str) -> Offer | None:
    found = entries(field, ("id", "kind", "value", "min_spend", "cap"))
    if not require(field, found, {"id": "id: off10", "kind": "kind: amount"}):
        return None
    own_name, kind = name(found["id"], "off10"), _offer_kind(found["kind"])
    if own_name is None or kind is None:
        return None
    for key in ("value", "min_spend", "cap"):
        if key in found and key not in _OFFER_KEYS[kind]:
            found[key].wrong(f"a {kind} has no {key}; remove it, or write another kind")
            return None
    if kind == "amount":
        return _amount_off(field, found, own_name, currency)
    if kind == "percent":
        return _percent_off(field, found, own_name, currency)
    return Offer(id=own_name, kind=kind)


def _offer_kind(field: Field) -> OfferKind | None:
    if field.raw in _KINDS_LATER:
        field.wrong(f'"{field.raw}" is not supported yet; write one of {", ".join(_OFFER_KINDS)}')
        return None
    return cast("OfferKind | None", choice(field, _OFFER_KINDS))


def _amount_off(field: Field, found: dict[str, Field], own_name: str, currency: str) -> Offer | None:
    least = "min_spend in the same form as value; it keeps the discount under the order's sum"
    complete = require(field, found, {"value": "the amount off, in quotes", "min_spend": least})
    value = amount(found["value"], currency) if "value" in found else None
    min_spend = amount(found["min_spend"], currency) if "min_spend" in found else None
    if not complete or value is None or min_spend is None:
        return None
    if value > min_spend:
        found["value"].wrong(
            f"{as_text(value, currency)} off is more than min_spend {as_text(min_spend, currency)}, so the goods would "
            "be free; lower value or raise min_spend"
        )
        return None
    return Offer(id=own_name, kind="amount", value=value, min_spend=min_spend)


def _percent_off(field: Field, found: dict[str, Field], own_name: str, currency: str) -> Offer | None:
    cap = "cap: the most that it takes off, in quotes"
    complete = require(field, found, {"value": "value: 10%", "cap": cap})
    part = share(found["value"]) if "value" in found else None
    most = amount(found["cap"], currency) if "cap" in found else None
    min_spend = amount(found["min_spend"], currency, least=0) if "min_spend" in found else 0
    if not complete or part is None or most is None or min_spend is None:
        return None
    points = round(part * BASIS_POINTS)
    if not 0 < points < BASIS_POINTS:
        found["value"].wrong(f"{found['value'].raw} off is no discount to give; write from 1% to 99%")
        return None
    return Offer(id=own_name, kind="percent", value=points, min_spend=min_spend, cap=most)


class Limits(NamedTuple):
    """The section *limits*."""

    per_user: RateLimit | None = None
    contact_policy: str = "default"
    max_fraud_risk: float = DEFAULT_RISK


def limits(field: Field, policies: Collection[str]) -> Limits | None:
    """Limits of the campaign; ``policies`` are the names of the contact policies that there are."""
    found = entries(field, ("per_user", "contact_policy", "max_fraud_risk"), {"redemptions": _NO_WAY_YET})
    per_user = rate(found["per_user"]) if "per_user" in found else None
    policy = choice(found["contact_policy"], policies) if "contact_policy" in found else "default"
    risk = share(found["max_fraud_risk"]) if "max_fraud_risk" in found else DEFAULT_RISK
    if policy is None or risk is None or ("per_user" in found and per_user is None):
        return None
    return Limits(per_user, policy, risk)


def experiment(field: Field, window: int) -> Experiment | None:
    """How the campaign is measured; ``window`` (ms) is the default of its kind."""
    found = entries(
        field,
        ("holdout", "metric", "window"),
        {
            "guardrails": "remove it: watch the outcomes on the dashboards",
            "on_proven_loss": "remove it: nothing is proven yet, so nothing would be told or stopped",
        },
    )
    holdout = share(found["holdout"]) if "holdout" in found else DEFAULT_HOLDOUT
    length = duration(found["window"]) if "window" in found else window
    metric = choice(found["metric"], (METRIC,)) if "metric" in found else METRIC
    if holdout is not None and holdout > MAX_HOLDOUT:
        found["holdout"].wrong(f"{found['holdout'].raw} leaves nobody to send to; write at most {MAX_HOLDOUT:.0%}")
        return None
    if holdout is None or length is None or metric is None:
        return None
    return Experiment(holdout=holdout, metric=metric, window=length)
