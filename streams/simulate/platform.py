"""The shop's platform: publishes what customers do, in the contract's own JSON."""

from schemas.codec import encode_json
from schemas.events import Attribute, Event, EventType, OrderLine
from schemas.money import Money
from schemas.privacy import PrivacyRequest
from schemas.topics import BROWSES, CLICKS, PRIVACY, PURCHASES
from streams.simulate.agenda import Agenda, ShopMessage
from streams.simulate.assortment import Item
from streams.simulate.chance import Chance
from streams.simulate.customers import Customer
from streams.simulate.settings import ShopSettings

_TOPIC: dict[EventType, str] = {"view": BROWSES, "search": BROWSES, "purchase": PURCHASES, "refund": PURCHASES}
_REPEATED_WITHIN = 2000.0
NO_ATTRIBUTES: dict[str, Attribute] = {}


class Platform:
    """Turns happenings into messages; ids contain seed and start, so two runs do not collide."""

    def __init__(self, agenda: Agenda, settings: ShopSettings, chance: Chance) -> None:
        self._agenda = agenda
        self._chance = chance
        self._repeats = settings.repeats
        self._currency = settings.currency
        self._prefix = f"{settings.seed:x}-{settings.start_ms:x}-"
        self._numbered = 0

    def number(self, letter: str) -> str:
        """A new id."""
        self._numbered += 1
        return f"{letter}-{self._prefix}{self._numbered:x}"

    def consent(self, customer: Customer) -> None:
        """The customer's word on every channel, as of now."""
        request = PrivacyRequest(
            request_id=self.number("p"),
            user_id=customer.id,
            kind="consent",
            occurred_at=self._agenda.now,
            channels=dict(customer.channels),
        )
        self._agenda.publish(PRIVACY, customer.key, encode_json(request))

    def browsed(
        self,
        customer: Customer,
        kind: EventType,
        session: str,
        item: Item,
        attributes: dict[str, Attribute] = NO_ATTRIBUTES,
    ) -> None:
        """Something done with one item: a view, a click, a favourite, a change of the cart."""
        event = Event(
            event_id=self.number("e"),
            type=kind,
            occurred_at=self._agenda.now,
            user_id=customer.id,
            session_id=session,
            item_id=item.id,
            category=item.category,
            price=Money(item.price, self._currency),
            device_id=customer.device(),
            source="app",
            attributes=attributes,
        )
        self._publish(customer, event)

    def ordered(
        self, customer: Customer, kind: EventType, order: str, items: tuple[Item, ...], coupon: str | None
    ) -> None:
        """A purchase or the refund of one."""
        event = Event(
            event_id=self.number("e"),
            type=kind,
            occurred_at=self._agenda.now,
            user_id=customer.id,
            device_id=customer.device(),
            address_hash=customer.address,
            payment_hash=customer.payment(),
            order_id=order,
            lines=tuple(_line(item, self._currency) for item in items),
            coupon_code=coupon,
            source="app",
        )
        self._publish(customer, event)

    def _publish(self, customer: Customer, event: Event) -> None:
        agenda = self._agenda
        topic, value = _TOPIC.get(event.type, CLICKS), encode_json(event)
        agenda.publish(topic, customer.key, value)
        if self._repeats and self._chance.happens(self._repeats):
            message = ShopMessage(topic, customer.key, value, agenda.now)
            agenda.plan(agenda.now + self._chance.between(0, _REPEATED_WITHIN), self._again, message)

    def _again(self, at: int, message: ShopMessage) -> None:
        del at
        self._agenda.publish(message.topic, message.key, message.value)


def _line(item: Item, currency: str) -> OrderLine:
    return OrderLine(item_id=item.id, price=Money(item.price, currency), category=item.category)
