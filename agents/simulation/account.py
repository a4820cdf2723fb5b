"""What can be seen from outside: triggers with reasons, refusals with gates, models taken up, outcomes coming back."""

from collections import Counter
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from schemas.codec import decode_json, decode_record
from schemas.dead_letters import DeadLetter
from schemas.decisions import Decision
from schemas.fraud import FraudAlert
from schemas.outcomes import Outcome
from schemas.records import ModelActivated
from schemas.topics import CONTROL, DEAD_LETTERS, DECISIONS, FRAUD_ALERTS, OUTCOMES, TRIGGERS
from schemas.triggers import Trigger, TriggerOffer
from streams.catalogue.table import NAME as ITEMS
from streams.money import as_text
from streams.policy.gate_words import dated

Kind = Literal["trigger", "revoke", "refused", "learned", "model", "outcome", "fraud", "dead letter"]
BASIS_POINTS = 100
WATCHED = (TRIGGERS, DECISIONS, OUTCOMES, CONTROL, FRAUD_ALERTS, DEAD_LETTERS)


class Sight(NamedTuple):
    """One thing that happened, as a person reads it."""

    kind: Kind
    text: str


class Account:
    """Counts what passes on the watched topics and puts it into words."""

    def __init__(self) -> None:
        self.triggers: Counter[str] = Counter()
        self.decisions: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.models: Counter[str] = Counter()
        self.in_use: dict[str, str] = {}
        self.fraud_alerts = 0
        self.dead_letters: Counter[str] = Counter()
        self._take: dict[str, Callable[[bytes], Sight | None]] = {
            TRIGGERS: self._trigger,
            DECISIONS: self._decision,
            OUTCOMES: self._outcome,
            CONTROL: self._control,
            FRAUD_ALERTS: self._fraud_alert,
            DEAD_LETTERS: self._dead_letter,
        }

    def take(self, topic: str, value: bytes) -> Sight | None:
        """Count one message of a topic of the table; in words, where it is worth showing."""
        read = self._take.get(topic)
        return read(value) if read else None

    @property
    def taken_up(self) -> int:
        """Models by whose version ``decide`` has decided at least once."""
        return len(self.in_use)

    def totals(self) -> str:
        """One line that says it all."""
        sent, refused = self.triggers["send"], self.refusals.total()
        back = f"{self.outcomes['delivered']} delivered, {self.outcomes['clicked']} clicked"
        parts = [
            f"{self.decisions.total()} decisions",
            f"{sent} triggers",
            f"{refused} refusals",
            f"{self.decisions['none']} times none",
            f"{self.decisions['ghost']} held out",
            f"{self.outcomes.total()} outcomes ({back})",
            f"{self.models.total()} models activated ({self.taken_up} in use by decide)",
        ]
        return " · ".join(parts)

    def summary(self) -> dict[str, Any]:
        """The figures under stable names."""
        return {
            "triggers": self.triggers["send"],
            "revocations": self.triggers["revoke"],
            "refusals": self.refusals.total(),
            "refusals_by_gate": dict(self.refusals),
            "decisions": self.decisions.total(),
            "decisions_by_result": dict(self.decisions),
            "outcomes": self.outcomes.total(),
            "outcomes_by_status": dict(self.outcomes),
            "models_activated": self.models.total(),
            "models_activated_by_name": dict(self.models),
            "models_in_use": dict(self.in_use),
            "fraud_alerts": self.fraud_alerts,
            "dead_letters": dict(self.dead_letters),
        }

    def _trigger(self, value: bytes) -> Sight | None:
        trigger = decode_json(value, Trigger)
        self.triggers[trigger.kind] += 1
        why = "; ".join(trigger.reasons)
        if trigger.kind == "send":
            told = f"{trigger.campaign} {_offer(trigger.offer)} by {trigger.channel}: {why}"
            return Sight("trigger", f"{told} [{trigger.trigger_id}]")
        return Sight("revoke", f"{trigger.campaign} {trigger.trigger_id}: {why}")

    def _decision(self, value: bytes) -> Sight | None:
        decision = decode_json(value, Decision)
        self.decisions[decision.result] += 1
        if decision.result == "refused":
            self.refusals[decision.gates[-1].name] += 1
        for name, version in decision.versions.items():
            if name != ITEMS and self.in_use.get(name) != version:
                self.in_use[name] = version
                return Sight("model", f"decide took up {name}@{version}: it scored decision {decision.decision_id}")
        if decision.result != "refused":
            return None
        gate = decision.gates[-1]
        found, asked = dated(gate.value), dated(gate.threshold)
        told = f"{decision.campaign} at gate {gate.name}: found {found}, asked for {asked}"
        return Sight("refused", f"{told} [{decision.decision_id}]")

    def _outcome(self, value: bytes) -> Sight | None:
        outcome = decode_json(value, Outcome)
        self.outcomes[outcome.status] += 1
        if outcome.status in {"accepted", "delivered", "opened"}:
            return None
        reason = f" ({outcome.reason})" if outcome.reason else ""
        return Sight("outcome", f"{outcome.status}{reason}: trigger {outcome.trigger_id}")

    def _control(self, value: bytes) -> Sight | None:
        body = decode_record(value).body
        if not isinstance(body, ModelActivated) or body.name == ITEMS:
            return None
        self.models[body.name] += 1
        if self.models[body.name] > 1:
            return None
        return Sight("learned", f"learn activated its first {body.name} model ({body.name}@{body.version})")

    def _fraud_alert(self, value: bytes) -> Sight | None:
        alert = decode_json(value, FraudAlert)
        self.fraud_alerts += 1
        return Sight("fraud", f"risk {alert.risk:.2f} over {alert.threshold:g}: {', '.join(alert.reasons)}")

    def _dead_letter(self, value: bytes) -> Sight | None:
        letter = decode_json(value, DeadLetter)
        self.dead_letters[letter.reason] += 1
        return Sight("dead letter", f"{letter.reason} {letter.field}: {letter.message}")


def _offer(offer: TriggerOffer | None) -> str:
    if offer is None or offer.kind in {"reminder", "recommendation"}:
        return offer.kind if offer else "message"
    if offer.kind == "free_shipping":
        return "free shipping"
    if offer.kind == "percent":
        return f"{offer.value / BASIS_POINTS:g} % off"
    return f"{as_text(offer.value, offer.currency)} {offer.currency} off"
