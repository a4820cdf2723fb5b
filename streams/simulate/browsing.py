"""Visits: a customer looks at items of a few categories, keeps some, and leaves."""

from dataclasses import dataclass

from schemas.events import EventType
from streams.simulate.agenda import Agenda
from streams.simulate.assortment import Item
from streams.simulate.chance import Chance
from streams.simulate.checkout import Checkout
from streams.simulate.customers import Customer, Intent
from streams.simulate.platform import Platform
from streams.simulate.settings import ShopSettings

_DAY = 86_400.0
_BETWEEN_EVENTS = 25.0
_FARM_HASTE = 0.05
_MOST_VIEWS = 25
_MOST_LINES = 5
_CLICKS_PER_VIEW = 0.35
_SEARCH_FIRST = 0.3
_CLEARS_OLD_CART = 0.35
_SECOND_ITEM = 0.3

Step = tuple[EventType, Item]


@dataclass(slots=True)
class Visit:
    """One visit: what is still to be done in it, last step first."""

    customer: Customer
    session: str
    steps: list[Step]
    intent: Intent


class Browsing:
    """Plans visits and plays them event by event."""

    def __init__(
        self,
        *,
        agenda: Agenda,
        settings: ShopSettings,
        chance: Chance,
        platform: Platform,
        checkout: Checkout,
        items: tuple[tuple[Item, ...], ...],
    ) -> None:
        self._agenda = agenda
        self._settings = settings
        self._chance = chance
        self._platform = platform
        self._checkout = checkout
        self._items = items

    def expect(self, customer: Customer) -> None:
        """Plan the customer's next visit."""
        mean = self._settings.span(_DAY / customer.type.visits_per_day)
        self._agenda.plan(self._agenda.now + self._chance.exponential(mean), self._visit, customer)

    def _visit(self, at: int, customer: Customer) -> None:
        intent = customer.intent
        if intent is not None and intent.buys_at > at:
            self._agenda.plan(intent.buys_at + self._gap(customer), self._visit, customer)
            return
        self._checkout.close(customer)
        if not customer.visits:
            self._platform.consent(customer)
        customer.visits += 1
        customer.intent = Intent(u=self._chance.uniform())
        visit = Visit(customer, self._platform.number("s"), self._steps(customer), customer.intent)
        self._agenda.plan(at + 1, self._continue, visit)

    def _continue(self, at: int, visit: Visit) -> None:
        customer = visit.customer
        if not visit.steps:
            self._checkout.leave(customer)
            self.expect(customer)
            return
        kind, item = visit.steps.pop()
        self._platform.browsed(customer, kind, visit.session, item)
        _remember(customer, kind, item)
        self._agenda.plan(at + self._gap(customer), self._continue, visit)

    def _gap(self, customer: Customer) -> float:
        mean = _BETWEEN_EVENTS * (_FARM_HASTE if customer.type.abuses else 1.0)
        return max(1.0, self._settings.span(self._chance.exponential(mean)))

    def _steps(self, customer: Customer) -> list[Step]:
        chance = self._chance
        category = self._items[chance.pick(customer.taste)]
        steps: list[Step] = []
        if customer.cart and chance.happens(_CLEARS_OLD_CART):
            steps += [("remove_from_cart", item) for item in customer.cart]
        item = category[chance.below(len(category))]
        steps.append(("search" if chance.happens(_SEARCH_FIRST) else "view", item))
        for _ in range(min(_MOST_VIEWS, chance.count(customer.type.views))):
            item = category[chance.below(len(category))]
            steps += self._look(item, customer)
        if chance.happens(customer.type.carts):
            steps.append(("add_to_cart", item))
            if chance.happens(_SECOND_ITEM):
                steps.append(("add_to_cart", category[chance.below(len(category))]))
        steps.reverse()
        return steps

    def _look(self, item: Item, customer: Customer) -> list[Step]:
        steps: list[Step] = [("view", item)]
        if self._chance.happens(_CLICKS_PER_VIEW):
            steps.append(("click", item))
        if self._chance.happens(customer.type.favourites):
            steps.append(("favourite", item))
        return steps


def _remember(customer: Customer, kind: EventType, item: Item) -> None:
    customer.looked_at = item
    if kind == "remove_from_cart" and item in customer.cart:
        customer.cart.remove(item)
    elif kind == "add_to_cart":
        customer.cart = [*customer.cart, item][-_MOST_LINES:]
