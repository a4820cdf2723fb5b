"""Intents become purchases by the true probability, purchases sometimes refunds."""

from dataclasses import dataclass
from typing import NamedTuple

from streams.simulate.agenda import Agenda
from streams.simulate.assortment import Item
from streams.simulate.chance import Chance
from streams.simulate.customers import Customer, Intent
from streams.simulate.platform import Platform
from streams.simulate.settings import ShopSettings
from streams.simulate.truth import Truth, depth_of

_AT_ONCE = 60.0
_RETURNS = 4 * 3600.0
_RETURNS_AFTER_CONTACT = 3600.0
_REFUNDS_AFTER = 2 * 86_400.0
_PUBLIC_CODE = "WELCOME8"
_FARMS_PUBLIC_CODES = 0.7


@dataclass(slots=True)
class Weighings:
    """How often intents were weighed, the purchases this made (or undid), and those expected by the truth.

    An intent is weighed when the visit ends, and again when a message reaches the customer before it is over. What is
    expected is conditional on what came before, so that the sums of ``bought - expected`` are fair games.
    """

    count: int = 0
    bought: int = 0
    expected: float = 0.0


class IntentKind(NamedTuple):
    """What ``Weighings`` are told apart by; ``contacted`` while a message was in force."""

    customer: str
    cart: bool
    contacted: bool


class _Order(NamedTuple):
    customer: Customer
    id: str
    items: tuple[Item, ...]
    coupon: str | None


class Checkout:
    """Decides what becomes of an intent: one uniform per intent, so a contact changes only whom its effect reaches."""

    def __init__(
        self, *, agenda: Agenda, settings: ShopSettings, chance: Chance, platform: Platform, truth: Truth
    ) -> None:
        self._agenda = agenda
        self._settings = settings
        self._chance = chance
        self._platform = platform
        self._truth = truth
        self.weighings: dict[IntentKind, Weighings] = {}

    def leave(self, customer: Customer) -> None:
        """The visit ends; whoever intends to buy does so at once or returns."""
        intent = customer.intent
        if intent is None or intent.closed:
            return
        intent.left = True
        if self._weigh(customer, intent):
            at_once = self._chance.happens(customer.type.at_once)
            self._buy_after(customer, intent, _AT_ONCE if at_once else _RETURNS)

    def reached(self, customer: Customer) -> None:
        """A message reached the customer: an open intent may turn, either way."""
        intent = customer.intent
        if intent is None or intent.closed or not intent.left:
            return
        if not self._weigh(customer, intent):
            intent.buys_at = 0
        elif not intent.buys_at:
            self._buy_after(customer, intent, _RETURNS_AFTER_CONTACT)

    def close(self, customer: Customer) -> None:
        """The intent is over; nothing can turn it any more."""
        if customer.intent is not None:
            customer.intent.closed = True

    def _weigh(self, customer: Customer, intent: Intent) -> bool:
        """Whether the intent ends in a purchase as things stand."""
        now, cart = self._agenda.now, bool(customer.cart)
        contacted = customer.contact is not None and customer.contact.until > now
        effect = customer.effect(now, self._truth)
        probability = self._truth.purchase(customer.kind, cart=cart, effect=effect)
        bought, buys = intent.buys_at > 0, intent.u < probability
        weighings = self.weighings.setdefault(IntentKind(customer.kind, cart, contacted), Weighings())
        weighings.count += 1
        weighings.bought += buys - bought
        weighings.expected += intent.weigh(probability) - bought
        return buys

    def _buy_after(self, customer: Customer, intent: Intent, seconds: float) -> None:
        delay = max(1.0, self._settings.span(self._chance.exponential(seconds)))
        intent.buys_at = self._agenda.plan(self._agenda.now + delay, self._buy, customer)

    def _buy(self, at: int, customer: Customer) -> None:
        intent = customer.intent
        if intent is None or intent.closed or intent.buys_at != at:
            return
        self.close(customer)
        items = tuple(customer.cart) or ((customer.looked_at,) if customer.looked_at else ())
        if customer.type.abuses:
            self._stack(customer, items)
        else:
            self._order(customer, items, self._coupon(customer) or _welcome(customer))
            customer.bought = True
        customer.cart = []
        customer.contact = None

    def _stack(self, customer: Customer, items: tuple[Item, ...]) -> None:
        """An abuser splits the cart, puts a coupon on every order, and uses the same one twice."""
        own = self._coupon(customer)
        for item in (*items, items[0]):
            coupon = own or (_PUBLIC_CODE if self._chance.happens(_FARMS_PUBLIC_CODES) else None)
            self._order(customer, (item,), coupon)

    def _order(self, customer: Customer, items: tuple[Item, ...], coupon: str | None) -> None:
        order = _Order(customer, self._platform.number("o"), items, coupon)
        self._platform.ordered(customer, "purchase", order.id, items, coupon)
        if self._chance.happens(customer.type.refunds):
            delay = self._settings.span(self._chance.exponential(_REFUNDS_AFTER))
            self._agenda.plan(self._agenda.now + max(1.0, delay), self._refund, order)

    def _refund(self, at: int, order: _Order) -> None:
        del at
        self._platform.ordered(order.customer, "refund", order.id, order.items, order.coupon)

    def _coupon(self, customer: Customer) -> str | None:
        contact = customer.contact
        if contact is None or contact.coupon is None or contact.coupon.valid_until <= self._agenda.now:
            return None
        usable = depth_of(contact.offer, customer.basket()) > 0
        return contact.coupon.code if usable else None


def _welcome(customer: Customer) -> str | None:
    """What a ring is for: every account of it is new once."""
    return _PUBLIC_CODE if customer.ring and not customer.bought else None
