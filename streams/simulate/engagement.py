"""What a delivered message does to the customer: opened, clicked, dismissed, unsubscribed, and more or less willing."""

from schemas.triggers import Trigger
from streams.simulate.agenda import Agenda
from streams.simulate.chance import Chance
from streams.simulate.checkout import Checkout
from streams.simulate.customers import Contact, Customer
from streams.simulate.delivery import Reports
from streams.simulate.platform import Platform
from streams.simulate.settings import ShopSettings
from streams.simulate.truth import Truth, depth_of

_WORKS_FOR = 86_400.0
_OPENS_AFTER = 900.0
_CLICKS_AFTER = 60.0
_OPENS_WITHOUT_CLICK = 0.35
_DISMISSES = 0.6


class Engagement:
    """The customer's side of a delivery."""

    def __init__(
        self,
        *,
        agenda: Agenda,
        settings: ShopSettings,
        chance: Chance,
        platform: Platform,
        checkout: Checkout,
        truth: Truth,
    ) -> None:
        self._agenda = agenda
        self._settings = settings
        self._chance = chance
        self._platform = platform
        self._checkout = checkout
        self._truth = truth
        self.unwanted = 0

    def delivered(self, customer: Customer, trigger: Trigger, reports: Reports) -> None:
        """A message reached the customer now; ``unwanted`` counts those on a channel without consent."""
        now = self._agenda.now
        before = customer.fatigue(now, self._settings)
        self.unwanted += not customer.channels.get(trigger.channel, False)
        until = now + self._settings.span(_WORKS_FOR)
        customer.contact = Contact(trigger.offer, trigger.coupon, before, until)
        customer.contacts, customer.contacted_at = before + 1.0, now
        depth = depth_of(trigger.offer, customer.basket())
        clicks = self._chance.happens(self._truth.click(customer.kind, depth, before))
        unsubscribes = not clicks and self._chance.happens(self._truth.unsubscribe(customer.kind, before))
        self._checkout.reached(customer)
        opens = clicks or unsubscribes or self._chance.happens(_OPENS_WITHOUT_CLICK)
        if opens:
            after = self._settings.span(self._chance.exponential(_OPENS_AFTER))
            reaction = self._click if clicks else self._unsubscribe if unsubscribes else self._dismiss
            self._agenda.plan(now + after, self._open, (trigger, reports))
            self._agenda.plan(
                now + after + self._settings.span(self._chance.exponential(_CLICKS_AFTER)),
                reaction,
                (customer, trigger, reports),
            )

    def _open(self, at: int, opened: tuple[Trigger, Reports]) -> None:
        del at
        trigger, reports = opened
        reports.write(trigger, "opened")

    def _click(self, at: int, clicked: tuple[Customer, Trigger, Reports]) -> None:
        del at
        customer, trigger, reports = clicked
        reports.write(trigger, "clicked")
        if customer.looked_at is not None:
            via = {"campaign": trigger.campaign}
            self._platform.browsed(customer, "click", self._platform.number("s"), customer.looked_at, dict(via))

    def _dismiss(self, at: int, dismissed: tuple[Customer, Trigger, Reports]) -> None:
        del at
        _, trigger, reports = dismissed
        if self._chance.happens(_DISMISSES):
            reports.write(trigger, "dismissed")

    def _unsubscribe(self, at: int, unsubscribed: tuple[Customer, Trigger, Reports]) -> None:
        del at
        customer, trigger, reports = unsubscribed
        customer.channels[trigger.channel] = False
        reports.write(trigger, "unsubscribed")
