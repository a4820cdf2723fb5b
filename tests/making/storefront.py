"""A small shop on a real Kafka: what its customers do, and what its delivery service reports, sent as it happens."""

import time
from collections.abc import Iterable

from agents.clients import producer
from agents.settings import Settings
from schemas.codec import encode_json
from schemas.events import Event, EventType, OrderLine
from schemas.money import Money
from schemas.outcomes import Outcome, OutcomeStatus
from schemas.privacy import PrivacyRequest
from schemas.topics import OUTCOMES, PRIVACY, PURCHASES
from schemas.triggers import Trigger
from streams.intake.sources import source_of

PRICE = Money(19_900, "CNY")
SHELF = "shoes.running"


class Storefront:
    """Everything is stamped with the present; ids follow from what happened, so that nothing is sent twice."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer = producer(settings)
        self._sent = 0

    def consent(self, user: str) -> None:
        """May be written to by push and SMS."""
        request = PrivacyRequest(
            request_id=f"consent-{user}",
            user_id=user,
            kind="consent",
            occurred_at=self._now(),
            channels={"push": True, "sms": True},
        )
        self._send(PRIVACY, user, encode_json(request))

    def visit(self, user: str, kinds: Iterable[EventType], ago: int = 0) -> None:
        """Does these things with things of one shelf, one after the other; did them ``ago`` ms ago."""
        for kind in kinds:
            self._sent += 1
            event = Event(
                event_id=f"{user}-{kind}-{self._sent}",
                type=kind,
                user_id=user,
                occurred_at=self._now() - ago,
                item_id=f"i-{self._sent % 7}",
                category=SHELF,
                price=PRICE,
            )
            self._send(source_of(kind), user, encode_json(event))

    def buy(self, user: str, coupon: str | None = None) -> None:
        """One pair, with a coupon if there is one."""
        self._sent += 1
        event = Event(
            event_id=f"{user}-purchase-{self._sent}",
            type="purchase",
            user_id=user,
            occurred_at=self._now(),
            order_id=f"o-{self._sent}",
            lines=(OrderLine(item_id="i-1", price=PRICE, category=SHELF),),
            coupon_code=coupon,
        )
        self._send(PURCHASES, user, encode_json(event))

    def report(self, trigger: Trigger, *statuses: OutcomeStatus) -> None:
        """What became of a trigger, in this order."""
        for status in statuses:
            outcome = Outcome(
                outcome_id=f"{trigger.trigger_id}-{status}",
                trigger_id=trigger.trigger_id,
                user=trigger.user,
                status=status,
                occurred_at=self._now(),
                cost=Money(1, "CNY") if status == "accepted" else None,
            )
            self._send(OUTCOMES, trigger.user, encode_json(outcome))

    def settle(self) -> None:
        """Wait until everything is on the broker."""
        assert self._producer.flush(20) == 0

    def _send(self, topic: str, key: str, value: bytes) -> None:
        self._producer.produce(self._settings.topic(topic), value, key.encode())

    def _now(self) -> int:
        return time.time_ns() // 1_000_000
