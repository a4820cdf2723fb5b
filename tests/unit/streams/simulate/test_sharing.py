"""Rings, households and offices of the simulated shop."""

from collections import Counter

from schemas.codec import decode_json
from schemas.events import Event
from schemas.topics import PURCHASES
from streams.simulate.settings import ShopSettings
from streams.simulate.shop import Shop

DAY = 86_400_000


def shop_of(**given_settings: float) -> Shop:
    """A shop of 2,000 customers."""
    return Shop(ShopSettings(seed=5, customers=2000, **given_settings), lambda user: user)  # type: ignore[arg-type]


def test_rings_are_known_and_as_many_as_asked() -> None:
    """Every account of the share asked for is in one ring of at least four; the abusers that stand out are in none."""
    shop = shop_of(rings=0.05)
    members = [user for ring in shop.rings.values() for user in ring]
    assert len(members) == len(set(members)) == 100
    assert min(map(len, shop.rings.values())) >= 4
    assert not any(shop.customers[user].type.abuses for user in members)


def test_accounts_of_a_ring_share_what_one_person_has() -> None:
    """Of every ring's accounts each shares a card or a device with another one."""
    shop = shop_of(rings=0.05)
    for ring in shop.rings.values():
        accounts = [shop.customers[user] for user in ring]
        used = Counter(thing for account in accounts for thing in {*account.devices, *account.payments})
        assert all(any(used[thing] > 1 for thing in (*a.devices, *a.payments)) for a in accounts)


def test_a_ring_redeems_a_coupon_for_new_customers_once_per_account() -> None:
    """That is what the accounts are for; their orders show device, address and payment as anybody's do."""
    shop = shop_of(rings=0.05)
    members = {user for ring in shop.rings.values() for user in ring}
    published = [decode_json(m.value, Event) for m in shop.step(shop.now + 10 * DAY) if m.topic == PURCHASES]
    orders = [event for event in published if event.type == "purchase" and event.user_id in members]
    redeemed = Counter(event.user_id for event in orders if event.coupon_code)
    assert len(redeemed) > 70
    assert set(redeemed.values()) == {1}
    assert all(event.device_id and event.address_hash and event.payment_hash for event in orders)


def test_honest_customers_share_too() -> None:
    """Households have one address, some a tablet or a card; more people order to an office than live together."""
    shop = shop_of(households=0.3, offices=0.05)
    honest = [c for c in shop.customers.values() if not c.ring and not c.type.abuses]
    at = Counter(customer.address for customer in honest)
    assert 500 < sum(count for name, count in at.items() if name.startswith("home") and count > 1) < 700
    assert max(count for name, count in at.items() if name.startswith("home")) == 4
    assert max(count for name, count in at.items() if name.startswith("office")) == 30
    assert sum(any(device.startswith("tablet") for device in c.devices) for c in honest) > 80


def test_without_them_the_shop_is_the_old_one() -> None:
    """Rings change who owns what and who redeems, never who comes when and buys what."""
    plain = shop_of(rings=0.0, households=0.0, offices=0.0)
    assert plain.rings == {}
    with_rings = shop_of(rings=0.05)
    left, right = plain.step(plain.now + 3 * DAY), with_rings.step(with_rings.now + 3 * DAY)
    assert [(m.topic, m.key, m.at) for m in left] == [(m.topic, m.key, m.at) for m in right]
