"""Customers: who they are, what is in their cart, what they intend and what has reached them."""

import math
from dataclasses import dataclass, field

from schemas.privacy import Channel
from schemas.triggers import Coupon, TriggerOffer
from streams.simulate.assortment import CATEGORIES, Item
from streams.simulate.chance import Chance
from streams.simulate.settings import ShopSettings
from streams.simulate.truth import FATIGUE_HALF_LIFE, CustomerType, Truth, depth_of

CHANNELS: tuple[Channel, ...] = ("push", "sms", "email")
_NEIGHBOURS = 120
"""So many customers live close enough to share an address; with 3 % abusers, about four of them do."""
_FARM_DEVICES = 12


@dataclass(slots=True)
class Contact:
    """A message that reached the customer and still works: what it offered, and the fatigue it met."""

    offer: TriggerOffer | None
    coupon: Coupon | None
    contacts_before: float
    until: float


@dataclass(slots=True)
class Intent:
    """What a visit leaves behind: it ends in a purchase when ``u`` is under the true probability.

    ``buys_at`` is 0 while no purchase is planned; ``left`` once the visit is over. ``low`` and ``high`` bound ``u`` as
    far as what was seen tells.
    """

    u: float
    left: bool = False
    buys_at: int = 0
    closed: bool = False
    low: float = 0.0
    high: float = 1.0

    def weigh(self, probability: float) -> float:
        """The chance that ``u`` is under it, given what was seen before; from here on that is seen too."""
        chance = min(1.0, max(0.0, (probability - self.low) / (self.high - self.low)))
        if self.u < probability:
            self.high = min(self.high, probability)
        else:
            self.low = max(self.low, probability)
        return chance


@dataclass(slots=True, eq=False)
class Customer:
    """One customer; ``taste`` holds cumulative weights over the categories, ``ring`` the true ring or nothing."""

    id: str
    key: bytes
    kind: str
    type: CustomerType
    devices: tuple[str, ...]
    address: str
    taste: tuple[float, ...]
    channels: dict[Channel, bool]
    payments: tuple[str, ...]
    ring: str = ""
    cart: list[Item] = field(default_factory=list)
    looked_at: Item | None = None
    intent: Intent | None = None
    contact: Contact | None = None
    contacts: float = 0.0
    contacted_at: int = 0
    visits: int = 0
    bought: bool = False

    def device(self) -> str:
        """The device of this visit; whoever has several takes another one each time."""
        return self.devices[self.visits % len(self.devices)]

    def payment(self) -> str:
        """What this visit's order is paid with."""
        return self.payments[self.visits % len(self.payments)]

    def basket(self) -> int:
        """What the customer would pay: the cart's value, else the price of what was looked at, in minor units."""
        if self.cart:
            return sum(item.price for item in self.cart)
        return self.looked_at.price if self.looked_at else 0

    def fatigue(self, at: int, settings: ShopSettings) -> float:
        """Messages of late, older ones weighing less."""
        half_life = settings.span(FATIGUE_HALF_LIFE)
        return self.contacts * math.exp2(-(at - self.contacted_at) / half_life) if self.contacts else 0.0

    def effect(self, at: int, truth: Truth) -> float:
        """What the contact in force adds to the logit of buying; 0 without one."""
        contact = self.contact
        if contact is None or contact.until <= at:
            return 0.0
        return truth.effect(self.kind, depth_of(contact.offer, self.basket()), contact.contacts_before)


def gather(settings: ShopSettings, chance: Chance, truth: Truth) -> list[Customer]:
    """The shop's customers; neighbouring abusers share an address and have a drawer full of devices."""
    kinds = tuple(truth.types)
    total, cumulative = 0.0, []
    for kind in kinds:
        total += settings.mix.get(kind, 0.0) if settings.mix else truth.types[kind].share
        cumulative.append(total)
    return [_customer(number, kinds[chance.pick(cumulative)], chance, truth) for number in range(settings.customers)]


def _customer(number: int, kind: str, chance: Chance, truth: Truth) -> Customer:
    of = truth.types[kind]
    name = f"u-{number + 1:06d}"
    devices = _FARM_DEVICES if of.abuses else 1 + int(chance.happens(0.3))
    return Customer(
        id=name,
        key=name.encode(),
        kind=kind,
        type=of,
        devices=tuple(f"d-{number + 1:06d}-{n}" for n in range(devices)),
        address=f"block-{number // _NEIGHBOURS}" if of.abuses else f"home-{number + 1}",
        taste=_taste(chance),
        channels={channel: chance.happens(share) for channel, share in zip(CHANNELS, of.consents, strict=True)},
        payments=(f"card-{number + 1}",),
    )


def _taste(chance: Chance) -> tuple[float, ...]:
    weights, total = [], 0.0
    for _ in CATEGORIES:
        total += chance.exponential(1.0) ** 3 + 0.01
        weights.append(total)
    return tuple(weights)
