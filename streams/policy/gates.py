"""The gates, cheap first: each a yes/no test that keeps its value and its threshold.

A new gate is one function here and one line in ``GATES``.
"""

from collections.abc import Callable
from functools import lru_cache

from schemas.campaigns import RateLimit
from schemas.decisions import Gate
from schemas.privacy import Channel
from streams.catalogue.item import UNCOUNTED
from streams.features.item import stock_state
from streams.features.values import looked_at
from streams.policy.limits import within
from streams.policy.point import Point
from streams.profiles.consent import open_channels
from streams.profiles.user import MAX_OPEN, mark

_UNITS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s"), (1, "ms"))


@lru_cache(maxsize=256)
def span(duration: int) -> str:
    """A duration in ms as people write it: ``7d``, ``90s``."""
    size, unit = next((size, unit) for size, unit in _UNITS if duration % size == 0 and duration >= size)
    return f"{duration // size}{unit}"


def timely(point: Point) -> Gate:
    """The moment is not over: a timer that fires long after it was due opens nothing."""
    most = point.campaign.spec.when.max_event_age
    return Gate(name="timely", passed=point.late <= most, value=f"{point.late} ms", threshold=f"at most {span(most)}")


def schedule(point: Point) -> Gate:
    """The campaign runs now."""
    spec = point.campaign.spec
    passed = spec.starts_at <= point.view.now < spec.ends_at
    return Gate(
        name="schedule", passed=passed, value=str(point.view.now), threshold=f"{spec.starts_at} to {spec.ends_at}"
    )


def consent(point: Point) -> Gate:
    """The customer allows, and can be reached on, at least one of the campaign's channels."""
    given = open_channels(point.view.user)
    wanted = point.campaign.spec.channels
    passed = not set(wanted).isdisjoint(given)
    return Gate(name="consent", passed=passed, value=", ".join(given) or "none", threshold=_any_of(wanted))


@lru_cache(maxsize=256)
def _any_of(channels: tuple[Channel, ...]) -> str:
    return "any of " + ", ".join(channels)


def open_decisions(point: Point) -> Gate:
    """The customer has room for one more open decision."""
    count = len(point.view.user.open)
    return Gate(name="open_decisions", passed=count < MAX_OPEN, value=str(count), threshold=f"under {MAX_OPEN}")


def per_user(point: Point) -> Gate:
    """The campaign has not contacted the customer too often."""
    spec = point.campaign.spec
    if spec.per_user is None:
        return Gate(name="per_user", passed=True, value="0", threshold="no limit")
    return _limit("per_user", spec.per_user, point.view.user.campaign_contacts.get(mark(spec.name), []), point.view.now)


def contact_policy(point: Point) -> Gate:
    """All campaigns together have not contacted the customer too often; a refusal shows the limit that is reached."""
    shown: Gate | None = None
    for limit in point.campaign.policy.limits:
        gate = _limit("contact_policy", limit, point.view.user.contacts, point.view.now)
        if not gate.passed:
            return gate
        shown = shown or gate
    return shown or Gate(name="contact_policy", passed=True, value="0", threshold="no limit")


def _limit(name: str, limit: RateLimit, contacts: list[int], now: int) -> Gate:
    count = within(limit, contacts, now)
    return Gate(name=name, passed=count < limit.count, value=str(count), threshold=_under(limit))


@lru_cache(maxsize=256)
def _under(limit: RateLimit) -> str:
    return f"under {limit.count} per {span(limit.window)}"


def eligibility(point: Point) -> Gate:
    """The campaign's *who* holds; a refusal shows the condition that failed."""
    who = point.campaign.who
    if who is None:
        return Gate(name="eligibility", passed=True, value="everybody", threshold="everybody")
    verdict = who.test(point.view)
    return Gate(name="eligibility", passed=verdict.passed, value=verdict.value, threshold=verdict.threshold)


def stock(point: Point) -> Gate:
    """The item that the campaign would bring back to mind is not known to be out of stock."""
    item = looked_at(point.view)
    counted = item is not None and 0 < item.stock < UNCOUNTED
    found = f"{item.stock} pieces" if item and counted else stock_state(item).replace("_", " ")
    passed = item is None or not item.is_out
    return Gate(
        name="stock",
        passed=passed,
        value=f"{point.view.item}: {found}" if point.view.item else "no item",
        threshold="not out of stock",
    )


def fraud_risk(point: Point) -> Gate:
    """The customer's fraud risk is within the campaign's bound."""
    most = point.campaign.spec.max_fraud_risk
    risk = point.risk.value
    return Gate(name="fraud_risk", passed=risk <= most, value=f"{risk:.3f}", threshold=f"at most {most:g}")


def bundle_found(items: tuple[str, ...]) -> Gate:
    """Something goes with what the customer has; the last gate of a bundle's campaign, once a model knows bundles."""
    return Gate(name="bundle_found", passed=bool(items), value=", ".join(items) or "nothing", threshold="two items")


GATES: tuple[Callable[[Point], Gate], ...] = (
    timely,
    schedule,
    consent,
    open_decisions,
    per_user,
    contact_policy,
    eligibility,
    stock,
    fraud_risk,
)


def pass_gates(point: Point) -> tuple[Gate, ...]:
    """The gates in order, up to and with the first that says no."""
    seen: list[Gate] = []
    for test in GATES:
        gate = test(point)
        seen.append(gate)
        if not gate.passed:
            break
    return tuple(seen)
