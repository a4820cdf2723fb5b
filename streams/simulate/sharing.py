"""Who shares what: rings of accounts of one person, and honest households and offices that look a little like them."""

from collections.abc import Iterator
from typing import NamedTuple

from streams.simulate.chance import Chance
from streams.simulate.customers import Customer
from streams.simulate.settings import ShopSettings

_RING_KINDS = ("sure_buyer", "persuadable", "averse")
_SMALLEST_RING = 4
_RING_SIZES = 6
_SHARES_NO_DEVICE = 0.15
_TWO_OF_A_KIND = 0.5
_HOUSEHOLD_SIZES = (2, 2, 2, 2, 3, 3, 3, 4, 4)
_ONE_TABLET = 0.25
_ONE_CARD = 0.15
_OFFICE = 30


class _Drawer(NamedTuple):
    """What one person has at hand for all accounts of a ring."""

    devices: tuple[str, ...]
    addresses: tuple[str, ...]
    payments: tuple[str, ...]


def share(customers: list[Customer], settings: ShopSettings, chance: Chance) -> None:
    """Put customers into rings, households and offices by their shares; changes only what they order and pay with.

    A ring's accounts are of ordinary types and behave like them; what one person has at hand goes round among them.
    """
    honest = [customer for customer in customers if not customer.type.abuses]
    _shuffle(honest, chance)
    rings, households, offices = (
        round(share * len(customers)) for share in (settings.rings, settings.households, settings.offices)
    )
    buyers = [customer for customer in honest if customer.kind in _RING_KINDS][:rings]
    for number, accounts in enumerate(_groups(buyers, chance)):
        _make_ring(f"r-{number + 1}", accounts, chance)
    rest = [customer for customer in honest if not customer.ring]
    at = 0
    while at < households:
        size = _HOUSEHOLD_SIZES[chance.below(len(_HOUSEHOLD_SIZES))]
        _make_household(rest[at : at + size], chance)
        at += size
    for number, customer in enumerate(rest[at : at + offices]):
        customer.address = f"office-{number // _OFFICE + 1}"


def _groups(buyers: list[Customer], chance: Chance) -> Iterator[list[Customer]]:
    at = 0
    while len(buyers) - at >= _SMALLEST_RING:
        size = _SMALLEST_RING + chance.below(_RING_SIZES)
        left = len(buyers) - at - size
        size += left if left < _SMALLEST_RING else 0
        yield buyers[at : at + size]
        at += size


def _make_ring(name: str, accounts: list[Customer], chance: Chance) -> None:
    few, several = 1 + len(accounts) // 6, 1 + len(accounts) // 3
    drawer = _Drawer(
        tuple(f"d-{name}-{n}" for n in range(several)),
        tuple(f"home-{name}-{n}" for n in range(few)),
        tuple(f"card-{name}-{n}" for n in range(several)),
    )
    for number, account in enumerate(accounts):
        account.ring = name
        account.address = drawer.addresses[number % few]
        account.payments = _some(drawer.payments, number, chance)
        if not chance.happens(_SHARES_NO_DEVICE):
            account.devices = _some(drawer.devices, number, chance)


def _some(things: tuple[str, ...], number: int, chance: Chance) -> tuple[str, ...]:
    """One of the things in turn, or two."""
    count = 1 + int(chance.happens(_TWO_OF_A_KIND))
    return tuple(dict.fromkeys(things[(number + k) % len(things)] for k in range(count)))


def _make_household(members: list[Customer], chance: Chance) -> None:
    """One address; sometimes a tablet on the sofa, sometimes one card for all."""
    tablet, card = chance.happens(_ONE_TABLET), chance.happens(_ONE_CARD)
    for member in members:
        member.address = members[0].address
        if tablet:
            member.devices = (*member.devices, f"tablet-{members[0].id}")
        if card:
            member.payments = members[0].payments


def _shuffle(customers: list[Customer], chance: Chance) -> None:
    """Fisher and Yates."""
    for last in range(len(customers) - 1, 0, -1):
        other = chance.below(last + 1)
        customers[last], customers[other] = customers[other], customers[last]
