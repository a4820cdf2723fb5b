"""The simulated shop: its customers, its platform and its delivery service behind one small port."""

import numpy as np

from schemas.triggers import Trigger
from streams.simulate.agenda import Agenda, ShopMessage
from streams.simulate.assortment import stock
from streams.simulate.browsing import Browsing
from streams.simulate.chance import Chance
from streams.simulate.checkout import Checkout, IntentKind, Weighings
from streams.simulate.customers import Customer, gather
from streams.simulate.delivery import Delivery, Reveal
from streams.simulate.engagement import Engagement
from streams.simulate.platform import Platform
from streams.simulate.settings import ShopSettings
from streams.simulate.sharing import share
from streams.simulate.truth import Truth
from streams.simulate.warehouse import Warehouse


class Shop:
    """A shop with known truth. The same settings and the same receipts give the same messages, byte for byte.

    ``reveal`` turns a trigger's user token into the customer's id, as the delivery key would.
    """

    def __init__(self, settings: ShopSettings, reveal: Reveal, truth: Truth | None = None) -> None:
        self.settings = settings
        self.truth = truth or Truth()
        assortment, people, visits, deliveries, sharing, stocking = (
            np.random.default_rng(seed) for seed in np.random.SeedSequence(settings.seed).spawn(6)
        )
        self._agenda = Agenda(settings.start_ms)
        living, receiving, items = Chance(visits), Chance(deliveries), stock(assortment)
        Warehouse(self._agenda, settings, Chance(stocking), items)
        platform = Platform(self._agenda, settings, living)
        gathered = gather(settings, Chance(people), self.truth)
        share(gathered, settings, Chance(sharing))
        self.customers: dict[str, Customer] = {customer.id: customer for customer in gathered}
        self._checkout = Checkout(
            agenda=self._agenda, settings=settings, chance=living, platform=platform, truth=self.truth
        )
        self._engagement = Engagement(
            agenda=self._agenda,
            settings=settings,
            chance=receiving,
            platform=platform,
            checkout=self._checkout,
            truth=self.truth,
        )
        self._delivery = Delivery(
            agenda=self._agenda,
            settings=settings,
            chance=receiving,
            customers=self.customers,
            reveal=reveal,
            delivered=self._engagement.delivered,
        )
        browsing = Browsing(
            agenda=self._agenda,
            settings=settings,
            chance=living,
            platform=platform,
            checkout=self._checkout,
            items=items,
        )
        for customer in self.customers.values():
            browsing.expect(customer)

    @property
    def now(self) -> int:
        """How far the shop has been stepped, in ms."""
        return self._agenda.now

    @property
    def weighings(self) -> dict[IntentKind, Weighings]:
        """What became of intents so far, beside what the truth expects."""
        return self._checkout.weighings

    @property
    def rings(self) -> dict[str, frozenset[str]]:
        """The truth about rings: the customer ids of each."""
        names = {customer.ring for customer in self.customers.values() if customer.ring}
        return {name: frozenset(c.id for c in self.customers.values() if c.ring == name) for name in sorted(names)}

    @property
    def outcomes(self) -> dict[str, int]:
        """Outcomes reported so far, by status."""
        return self._delivery.reports.counts

    @property
    def repeats(self) -> int:
        """Triggers dropped because they had been received before."""
        return self._delivery.repeats

    @property
    def unwanted(self) -> int:
        """Messages delivered on a channel without the customer's consent; a decider that gates keeps this at 0."""
        return self._engagement.unwanted

    def step(self, until_ms: int) -> list[ShopMessage]:
        """Everything published up to and including ``until_ms``, in time order; stepping in pieces changes nothing."""
        return self._agenda.run(until_ms)

    def receive(self, trigger: Trigger, at_ms: int) -> None:
        """The delivery service reads a trigger at ``at_ms`` (not before ``now``); outcomes follow from ``step``."""
        self._agenda.plan(at_ms, self._delivery.take, trigger)
