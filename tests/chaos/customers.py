"""What the customers of a small shop do, by seed: views, carts, orders, things sent twice, and some garbage."""

import random
from collections import deque
from typing import NamedTuple

from schemas.codec import encode_json
from schemas.events import Event, EventType, OrderLine
from schemas.money import Money
from schemas.privacy import PrivacyRequest
from schemas.topics import PRIVACY
from streams.intake.sources import source_of

SHELVES = ("shoes.running", "shoes.city", "coats.rain", "bags.travel")
WEIGHTS: dict[EventType, int] = {
    "view": 52,
    "click": 12,
    "favourite": 5,
    "add_to_cart": 16,
    "remove_from_cart": 2,
    "purchase": 8,
    "refund": 1,
}
AGAIN = 0.03
GARBAGE = 0.01
ABUSERS = 50
"""Every so many-th customer comes with many devices and sends back what it bought."""


class Message(NamedTuple):
    """One message to publish; ``name`` is the id inside, empty for what cannot be taken."""

    topic: str
    key: bytes
    value: bytes
    name: str


class Customers:
    """An endless stream of messages that follows from the seed; only times are those given."""

    def __init__(self, seed: int, count: int) -> None:
        self.names = [f"u-{number}" for number in range(count)]
        self._chance = random.Random(seed)
        self._made = 0
        self._recent: deque[Message] = deque(maxlen=20)

    def consents(self, now: int) -> list[Message]:
        """Nine of ten customers may be written to."""
        return [self._consent(user, now) for number, user in enumerate(self.names) if number % 10]

    def next(self, now: int) -> Message:
        """The next message, at ``now`` (ms)."""
        self._made += 1
        luck = self._chance.random()
        if luck < GARBAGE:
            return Message("clicks", b"u-1", b'{"event_id": "torn', "")
        if luck < GARBAGE + AGAIN and self._recent:
            return self._chance.choice(self._recent)
        message = self._happening(now)
        self._recent.append(message)
        return message

    def _happening(self, now: int) -> Message:
        number = self._chance.randrange(len(self.names))
        user, abuser = self.names[number], number % ABUSERS == 0
        (kind,) = self._chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
        if abuser and kind in {"click", "favourite"}:
            kind = "refund" if self._chance.random() < 0.5 else "purchase"
        shelf = self._chance.choice(SHELVES)
        item, price = f"{shelf}-{self._chance.randrange(20)}", Money(self._chance.randrange(50, 900) * 100, "CNY")
        ordered = kind in {"purchase", "refund"}
        event = Event(
            event_id=f"e-{self._made}",
            type=kind,
            user_id=user,
            occurred_at=now - self._chance.randrange(300),
            session_id=f"{user}-s",
            item_id=None if ordered else item,
            category=None if ordered else shelf,
            price=None if ordered else price,
            device_id=f"d-{self._chance.randrange(12) if abuser else user}",
            order_id=f"o-{self._made}" if ordered else None,
            lines=(OrderLine(item_id=item, price=price, category=shelf),) if ordered else (),
        )
        return Message(source_of(kind), user.encode(), encode_json(event), event.event_id)

    def _consent(self, user: str, now: int) -> Message:
        request = PrivacyRequest(
            request_id=f"consent-{user}",
            user_id=user,
            kind="consent",
            occurred_at=now,
            channels={"push": True, "sms": True},
        )
        return Message(PRIVACY, user.encode(), encode_json(request), request.request_id)
