"""Gates in a marketer's words: what each asks, and what would have let a refusal pass."""

import re
from datetime import UTC, datetime
from typing import NamedTuple

from schemas.decisions import Decision, Gate
from streams.features.catalogue import CATALOGUE


class Words(NamedTuple):
    """A gate's question, and the remedy of a no; both may name ``{value}`` and ``{threshold}``."""

    question: str
    remedy: str


_WORDS: dict[str, Words] = {
    "timely": Words(
        "Is it still the right moment?", "Coming to it sooner: it was {value} late, {threshold} is allowed."
    ),
    "schedule": Words("Is the campaign running?", "The campaign runs {threshold}; this moment was {value}."),
    "consent": Words(
        "May we write to this customer?",
        "The customer's consent to {threshold} (given so far: {value}).",
    ),
    "open_decisions": Words(
        "Is there room for one more open decision?",
        "Waiting until an earlier decision's window has ended ({value} are open; it must be {threshold}).",
    ),
    "per_user": Words(
        "Is the campaign within its limit per customer?",
        "Waiting: the campaign's messages to this customer number {value} and must be {threshold}.",
    ),
    "contact_policy": Words(
        "Are all campaigns together within the policy?",
        "Waiting: all campaigns' messages to this customer number {value} and must be {threshold}.",
    ),
    "eligibility": Words(
        "Is the customer one of those it is for?", "The condition {threshold}; the customer had {value}."
    ),
    "stock": Words(
        "Can what it is about be bought?",
        "The item back in stock, by a message on the topic catalogue or a new snapshot (now {value}).",
    ),
    "bundle_found": Words(
        "Is anything ordered with what the customer has?",
        "Something in the cart or the session that others ordered with something else that is on sale.",
    ),
    "fraud_risk": Words(
        "Is the customer's fraud risk low enough?",
        "A fraud risk of {threshold}; it was {value}.",
    ),
}

_DURATION = re.compile(r"\b(\d+) ms\b")
_MILLIS = re.compile(r"\b\d{10,15}\b")
_OPEN_END = "9999-12-31"


def moment(millis: int) -> str:
    """A time in ms as people read it: ``2026-11-22 11:15:03 UTC``."""
    try:
        return f"{datetime.fromtimestamp(millis / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (OverflowError, ValueError, OSError):
        return f"{millis} ms"


def dated(text: str) -> str:
    """A gate's text with times in ms as dates and durations as seconds; the open ends of a schedule as words."""
    text = _DURATION.sub(lambda found: f"{int(found[1]) / 1000:g} s", text)
    written = _MILLIS.sub(lambda found: moment(int(found[0])), text)
    start, _, end = written.partition(" to ")
    if end.startswith(_OPEN_END):
        return "always" if start in {"0", moment(0)} else f"from {start}"
    return f"until {end}" if start == "0" and end else written


def question(gate: Gate) -> str:
    """What the gate asks."""
    words = _WORDS.get(gate.name)
    return words.question if words else gate.name.replace("_", " ")


def remedy(decision: Decision) -> str:
    """What would have let a refused decision pass."""
    gate = decision.gates[-1]
    words = _WORDS.get(gate.name, Words("", "The condition {threshold}; it was {value}."))
    said = words.remedy.format(value=dated(gate.value), threshold=dated(gate.threshold))
    if gate.name == "fraud_risk" and decision.risk_reasons:
        said = f"{said} Reasons: {', '.join(decision.risk_reasons)}."
    return said


def meanings(gate: Gate) -> tuple[str, ...]:
    """What the catalogue says of the features that a gate's threshold names."""
    named = [CATALOGUE[word] for word in dict.fromkeys(gate.threshold.split()) if word in CATALOGUE]
    return tuple(f"{feature.name}: {feature.meaning}" for feature in named)
