"""The decisions of the service, as a pure state machine: what to remember, whom to call, what to report.

It knows no broker, no provider and no clock. What it returns is carried out in order, which is what makes a crash at
any point harmless: remember as pending, report accepted, call, report the end, remember as done.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

from deploy.examples.delivery_service.contract import Outcome, Trigger

REMEMBERED = 7 * 86_400_000
"""How long after its expiry a trigger's repeats are still dropped, in ms."""
FIRST_PAUSE = 1_000
LONGEST_PAUSE = 300_000

State = Literal["pending", "done"]


class Remember(NamedTuple):
    """Store a state durably before going on; it may be forgotten after ``until`` (ms)."""

    key: str
    state: State
    until: int


class Report(NamedTuple):
    """Publish an outcome durably before going on."""

    outcome: Outcome


class Call(NamedTuple):
    """Ask the provider to send, with the trigger's id as idempotency key, and hand its answer to ``answered``."""

    trigger: Trigger


Step = Remember | Report | Call


class Answer(NamedTuple):
    """What the provider said: *busy* is a passing error, the others are final."""

    status: Literal["delivered", "failed", "busy"]
    reason: str = ""
    provider_id: str = ""
    cost: int = 0
    currency: str = ""


class Waiting(NamedTuple):
    """A trigger between attempts; ``due`` in ms."""

    trigger: Trigger
    attempts: int
    due: int


class Desk:
    """Turns triggers and answers into steps.

    ``known`` looks up what was remembered; ``jitter`` gives a number in [0, 1) that spreads attempts.
    """

    def __init__(self, known: Callable[[str], State | None], jitter: Callable[[], float]) -> None:
        self._known = known
        self._jitter = jitter
        self.waiting: dict[str, Waiting] = {}

    def take(self, trigger: Trigger, now: int) -> list[Step]:
        """What to do about a trigger that was just read; nothing for a repeat."""
        if self._known(_key(trigger)) == "done":
            return []
        if trigger.kind == "send":
            return self._send(trigger, now)
        if trigger.kind == "revoke":
            return self._revoke(trigger, now)
        if trigger.kind == "withheld":
            return self._end(trigger, Outcome(trigger, "suppressed", now, "withheld"))
        return self._end(trigger, Outcome(trigger, "failed", now, "unsupported"))

    def answered(self, trigger: Trigger, answer: Answer, now: int) -> list[Step]:
        """What to do about the provider's answer to a ``Call``."""
        if answer.status == "busy":
            self._postpone(trigger, now)
            return []
        end = Outcome(trigger, answer.status, now, answer.reason, answer.provider_id, answer.cost, answer.currency)
        return self._end(trigger, end)

    def due(self, now: int) -> list[Step]:
        """What to do about those whose pause is over."""
        ready = [waiting.trigger for waiting in self.waiting.values() if waiting.due <= now]
        return [step for trigger in ready for step in self._attempt(trigger, now)]

    def _send(self, trigger: Trigger, now: int) -> list[Step]:
        if trigger.trigger_id in self.waiting or self._known(_once(trigger)) == "done":
            return []
        accepted: list[Step] = [
            Remember(_key(trigger), "pending", _until(trigger)),
            Report(Outcome(trigger, "accepted", now)),
        ]
        if self._known(_key(trigger._replace(kind="revoke"))) == "done":
            return accepted + self._end(trigger, Outcome(trigger, "revoked", now))
        return accepted + self._attempt(trigger, now)

    def _revoke(self, trigger: Trigger, now: int) -> list[Step]:
        held = self.waiting.get(trigger.trigger_id)
        steps: list[Step] = [Remember(_key(trigger), "done", _until(trigger))]
        if held is None:
            return steps
        return steps + self._end(held.trigger, Outcome(held.trigger, "revoked", now))

    def _attempt(self, trigger: Trigger, now: int) -> list[Step]:
        if now >= trigger.expires_at:
            return self._end(trigger, Outcome(trigger, "expired", now))
        return [Call(trigger)]

    def _postpone(self, trigger: Trigger, now: int) -> None:
        held = self.waiting.get(trigger.trigger_id)
        attempts = held.attempts + 1 if held else 1
        pause = min(FIRST_PAUSE * 2 ** min(attempts - 1, 20), LONGEST_PAUSE)
        due = now + int(pause * (0.5 + self._jitter()))
        self.waiting[trigger.trigger_id] = Waiting(trigger, attempts, min(due, max(trigger.expires_at, now + 1)))

    def _end(self, trigger: Trigger, outcome: Outcome) -> list[Step]:
        self.waiting.pop(trigger.trigger_id, None)
        steps: list[Step] = [Report(outcome), Remember(_key(trigger), "done", _until(trigger))]
        if trigger.kind == "send":
            steps.append(Remember(_once(trigger), "done", _until(trigger)))
        return steps


def _key(trigger: Trigger) -> str:
    return f"{trigger.trigger_id}|{trigger.kind}"


def _once(trigger: Trigger) -> str:
    return f"once|{trigger.once_key}"


def _until(trigger: Trigger) -> int:
    return trigger.expires_at + REMEMBERED
