"""The shop's messages."""

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.catalogue import CatalogueItem
from schemas.codec import decode_json
from schemas.events import Event
from schemas.privacy import PrivacyRequest
from schemas.topics import CATALOGUE, EVENT_SOURCES, PRIVACY
from streams.simulate.agenda import ShopMessage
from streams.simulate.settings import ShopSettings
from streams.simulate.shop import Shop

DAY = 86_400_000
START = ShopSettings().start_ms


def shop(**given_settings: float) -> Shop:
    """A shop whose triggers name their users plainly."""
    return Shop(ShopSettings(**given_settings), lambda user: user)  # type: ignore[arg-type] # checked by the struct


def week(seed: int, customers: int = 40, pace: float = 1.0) -> list[ShopMessage]:
    """What a shop publishes in a week of its customers' lives."""
    return shop(seed=seed, customers=customers, pace=pace).step(START + int(7 * DAY / pace))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), customers=st.integers(1, 60))
def test_same_seed_same_bytes(seed: int, customers: int) -> None:
    """The same settings give the same messages, byte for byte."""
    assert week(seed, customers) == week(seed, customers)


@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.integers(0, 3 * DAY), max_size=20))
def test_stepping_in_pieces_changes_nothing(cuts: list[int]) -> None:
    """However time is cut, the shop publishes the same."""
    whole, pieces = shop(customers=20), shop(customers=20)
    published = [message for cut in sorted(cuts) for message in pieces.step(START + cut)]
    assert published + pieces.step(START + 3 * DAY) == whole.step(START + 3 * DAY)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), pace=st.sampled_from([1.0, 60.0, 1440.0]))
def test_messages_stand_in_time_order_and_within_the_step(seed: int, pace: float) -> None:
    """Times never fall, and none lies outside the time that was stepped through."""
    times = [message.at for message in week(seed, pace=pace)]
    assert times == sorted(times)
    assert all(START <= at <= START + 7 * DAY / pace for at in times)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_every_message_follows_the_contract(seed: int) -> None:
    """Every message decodes as its topic's record, carries its key and time, and orders are complete."""
    for topic, key, value, at in week(seed):
        if topic == PRIVACY:
            request = decode_json(value, PrivacyRequest)
            assert (request.user_id, request.occurred_at) == (key.decode(), at)
            continue
        if topic == CATALOGUE:
            item = decode_json(value, CatalogueItem)
            assert (item.item_id, item.occurred_at) == (key.decode(), at)
            continue
        event = decode_json(value, Event)
        assert (event.user_id, event.occurred_at) == (key.decode(), at)
        assert topic in EVENT_SOURCES
        assert (event.type in {"purchase", "refund"}) == (topic == "purchases")
        assert topic != "purchases" or (event.order_id and event.lines)


def test_event_ids_are_unique_unless_the_platform_repeats() -> None:
    """Without repeats no event id occurs twice; with them, the repeat has the same bytes."""
    ids = [decode_json(m.value, Event).event_id for m in week(3) if m.topic in EVENT_SOURCES]
    assert len(set(ids)) == len(ids)
    repeated = shop(seed=3, customers=40, repeats=0.2).step(START + 7 * DAY)
    values = [m.value for m in repeated if m.topic in EVENT_SOURCES]
    assert 1.15 < len(values) / len(set(values)) < 1.25


def test_consent_comes_before_the_first_event() -> None:
    """A customer's consent is published before anything else of theirs, and once."""
    first: dict[bytes, str] = {}
    for message in (m for m in week(5) if m.topic != CATALOGUE):
        first.setdefault(message.key, message.topic)
    assert set(first.values()) == {PRIVACY}
    assert sum(m.topic == PRIVACY for m in week(5)) == len(first)


def test_refunds_name_an_order_that_was_bought() -> None:
    """Every refund carries the id and lines of an earlier purchase by the same customer."""
    bought: dict[str | None, Event] = {}
    refunds = 0
    for message in (m for m in week(7, customers=300) if m.topic == "purchases"):
        event = decode_json(message.value, Event)
        if event.type == "refund":
            refunds += 1
            assert bought[event.order_id].lines == event.lines
            assert bought[event.order_id].user_id == event.user_id
        else:
            bought[event.order_id] = event
    assert refunds


def test_pace_shortens_life_alone() -> None:
    """At 1440 times the pace a minute holds about as many events as a day."""
    day = len(shop(customers=500).step(START + DAY))
    minute = len(shop(customers=500, pace=1440).step(START + DAY // 1440))
    assert 0.9 < minute / day < 1.1


def test_abusers_stand_out() -> None:
    """Abusers use many devices, coupons on most orders and refunds; a sure buyer does none of it."""

    def shares(kind: str) -> tuple[float, float, int]:
        made = Shop(ShopSettings(customers=30, mix={kind: 1.0}), lambda user: user).step(START + 14 * DAY)
        events = [decode_json(m.value, Event) for m in made if m.topic == "purchases"]
        orders = [event for event in events if event.type == "purchase"]
        coupons = sum(order.coupon_code is not None for order in orders) / len(orders)
        devices = {event.device_id for event in events if event.user_id == events[0].user_id}
        return coupons, 1 - len(orders) / len(events), len(devices)

    abusers, buyers = shares("abuser"), shares("sure_buyer")
    assert abusers[0] > 0.5 > buyers[0] == 0.0
    assert abusers[1] > 0.25 > buyers[1]
    assert abusers[2] >= 5 > buyers[2]
