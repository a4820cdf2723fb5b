"""The delivery service, by its contract: repeats dropped, expiry checked before every attempt, revokes honoured."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from schemas.codec import encode_json
from schemas.money import Money
from schemas.outcomes import Outcome, OutcomeStatus
from schemas.privacy import Channel
from schemas.topics import OUTCOMES
from schemas.triggers import Trigger
from streams.simulate.agenda import Agenda
from streams.simulate.chance import Chance
from streams.simulate.customers import Customer
from streams.simulate.settings import ShopSettings

REMEMBERED = 7 * 86_400_000
_COST: dict[Channel, int] = {"push": 1, "sms": 5, "email": 1}
_ACCEPTS_WITHIN = (20.0, 300.0)
_DELIVERS_WITHIN = (200.0, 1500.0)
_RETRIES_WITHIN = (1000.0, 4000.0)

Reveal = Callable[[str], str]
Delivered = Callable[[Customer, Trigger, "Reports"], None]


@dataclass(slots=True)
class _Sending:
    """One trigger on its way; ``done`` once a final status was reported."""

    trigger: Trigger
    forget_at: int
    revoked: bool = False
    done: bool = False


class Reports:
    """Writes outcomes; the user stays the token that the trigger carried."""

    def __init__(self, agenda: Agenda, settings: ShopSettings) -> None:
        self._agenda = agenda
        self._currency = settings.currency
        self._prefix = f"{settings.seed:x}-{settings.start_ms:x}-"
        self.counts: dict[str, int] = {}
        self._written = 0

    def write(
        self, trigger: Trigger, status: OutcomeStatus, *, reason: str | None = None, cost: int | None = None
    ) -> None:
        """One outcome, as of now; ``cost`` in minor units."""
        self._written += 1
        self.counts[status] = self.counts.get(status, 0) + 1
        outcome = Outcome(
            outcome_id=f"x-{self._prefix}{self._written:x}",
            trigger_id=trigger.trigger_id,
            user=trigger.user,
            status=status,
            occurred_at=self._agenda.now,
            reason=reason,
            cost=None if cost is None else Money(cost, self._currency),
        )
        self._agenda.publish(OUTCOMES, trigger.user.encode(), encode_json(outcome))


class Delivery:
    """Takes triggers, hands messages to customers, reports what became of them."""

    def __init__(
        self,
        *,
        agenda: Agenda,
        settings: ShopSettings,
        chance: Chance,
        customers: Mapping[str, Customer],
        reveal: Reveal,
        delivered: Delivered,
    ) -> None:
        self._agenda = agenda
        self._settings = settings
        self._chance = chance
        self._customers = customers
        self._reveal = reveal
        self._delivered = delivered
        self._sendings: dict[str, _Sending] = {}
        self._revoked: dict[str, int] = {}
        self.reports = Reports(agenda, settings)
        self.repeats = 0

    def take(self, at: int, trigger: Trigger) -> None:
        """One trigger as it was read; what was taken before, by id and kind, is dropped."""
        del at
        if trigger.kind == "revoke":
            self._revoke(trigger)
        elif trigger.trigger_id in self._sendings:
            self.repeats += 1
        else:
            self._remember(trigger)
            self._soon(_ACCEPTS_WITHIN, self._accept, trigger)

    def _soon(self, within: tuple[float, float], happening: Callable[[int, Trigger], None], trigger: Trigger) -> None:
        self._agenda.plan(self._agenda.now + self._chance.between(*within), happening, trigger)

    def _remember(self, trigger: Trigger) -> None:
        revoked = self._revoked.pop(trigger.trigger_id, None) is not None
        sending = _Sending(trigger, trigger.expires_at + REMEMBERED, revoked=revoked)
        self._sendings[trigger.trigger_id] = sending
        self._agenda.plan(sending.forget_at, self._forget, trigger.trigger_id)

    def _forget(self, at: int, trigger_id: str) -> None:
        del at
        self._sendings.pop(trigger_id, None)
        self._revoked.pop(trigger_id, None)

    def _revoke(self, trigger: Trigger) -> None:
        sending = self._sendings.get(trigger.trigger_id)
        if sending is None:
            self._revoked[trigger.trigger_id] = self._agenda.now
            self._agenda.plan(trigger.expires_at + REMEMBERED, self._forget, trigger.trigger_id)
        elif sending.revoked:
            self.repeats += 1
        else:
            sending.revoked = True

    def _accept(self, at: int, trigger: Trigger) -> None:
        del at
        self.reports.write(trigger, "accepted")
        self._soon(_DELIVERS_WITHIN, self._attempt, trigger)

    def _attempt(self, at: int, trigger: Trigger) -> None:
        sending = self._sendings.get(trigger.trigger_id)
        if sending is None or sending.done:
            return
        if not self._stopped(sending, at) and self._chance.happens(self._settings.hiccups):
            self._soon(_RETRIES_WITHIN, self._attempt, trigger)
            return
        sending.done = True
        self._finish(sending, at)

    def _stopped(self, sending: _Sending, at: int) -> bool:
        return sending.revoked or sending.trigger.kind == "withheld" or at >= sending.trigger.expires_at

    def _finish(self, sending: _Sending, at: int) -> None:
        trigger = sending.trigger
        if trigger.kind == "withheld":
            self.reports.write(trigger, "suppressed", reason="withheld")
        elif sending.revoked:
            self.reports.write(trigger, "revoked")
        elif at >= trigger.expires_at:
            self.reports.write(trigger, "expired")
        elif self._chance.happens(self._settings.failures):
            self.reports.write(trigger, "failed", reason="token_unregistered")
        else:
            self._deliver(trigger)

    def _deliver(self, trigger: Trigger) -> None:
        customer = self._customers.get(self._reveal(trigger.user))
        if customer is None:
            self.reports.write(trigger, "failed", reason="unknown_recipient")
            return
        self.reports.write(trigger, "delivered", cost=_COST[trigger.channel])
        self._delivered(customer, trigger, self.reports)
